package dev.shearline.cli;

/** Why a key is refused, for people. */
final class Reasons {

    private Reasons() {}

    static String inWords(String code) {
        return switch (code) {
            case "malformed" -> "this is not a key, or not all of one";
            case "not_found" -> "there is no such key here";
            case "revoked" -> "it was revoked, and will not work again";
            case "disabled" -> "it is disabled, until somebody enables it";
            case "expired" -> "it has expired; create a new one";
            case "not_yet_valid" -> "it is not valid yet";
            case "owner_inactive" -> "its owner is no longer active, or has no role any more";
            case "wrong_mode" -> "it is for the other mode (live or test)";
            case "outside_boundary" -> "it is not valid in this unit";
            case "insufficient_scope" -> "it may not do this";
            case "outside_resources" -> "it may not touch this resource";
            case "address_not_allowed" -> "it may not be used from this address";
            case "rate_limited" -> "it is used too often at the moment";
            case "quota_exhausted" -> "its quota is used up";
            case "already_used" -> "it was for one use, and has been used";
            default -> "it is refused";
        };
    }
}
