package dev.shearline.server.plans;

/** A plan that organizations have. */
public record PlanDefinition(String id, String title, int rank, PerType<TypeTerms> keyTypes, Slots slots, int version) {

    PlanTerms terms() {
        return new PlanTerms(keyTypes, slots);
    }

    static PlanDefinition of(String id, String title, int rank, PlanTerms terms, int version) {
        return new PlanDefinition(id, title, rank, terms.keyTypes(), terms.slots(), version);
    }
}
