package dev.shearline.server.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/** An audit log that takes no event when the test says so. A change that cannot be told must not be made. */
public final class FailingEvents {

    /** Written by those who deliver, while a test looks. */
    private static final Set<String> NOT_COMPARED = Set.of("notification", "webhook_delivery", "mail", "test_fault");

    private final TestSchema schema;
    private final Set<String> refused = new TreeSet<>();

    public FailingEvents(TestSchema schema) {
        this.schema = schema;
        schema.execute("CREATE TABLE shearline.test_fault (here boolean NOT NULL)");
        schema.execute("""
                CREATE FUNCTION shearline.test_fail_event() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
                BEGIN
                    IF EXISTS (SELECT 1 FROM shearline.test_fault) THEN
                        RAISE EXCEPTION 'no event is taken';
                    END IF;
                    RETURN NEW;
                END $$
                """);
        schema.execute("CREATE TRIGGER fail_event BEFORE INSERT ON shearline.audit_event"
                + " FOR EACH ROW EXECUTE FUNCTION shearline.test_fail_event()");
    }

    /** What comes of it while no event is taken. */
    public <T> T during(Supplier<T> call) {
        schema.execute("INSERT INTO shearline.test_fault VALUES (true)");
        try {
            return call.get();
        } finally {
            schema.execute("DELETE FROM shearline.test_fault");
        }
    }

    /** What requests have written. */
    public Object state() {
        return DatabaseState.of(schema, NOT_COMPARED);
    }

    /**
     * The answer to the first of these calls that is a change comes twice: without its event, when it must fail and change nothing, and as
     * usual. What is answered without an event needs none, and is answered once.
     */
    public Api.Answer ask(String operation, Supplier<Api.Answer> call) {
        if (refused.contains(operation)) {
            return call.get();
        }
        var before = state();
        var answer = during(call);
        if (answer.status() != 500) {
            return answer;
        }
        assertThat(answer.code()).as(operation).isEqualTo("internal");
        assertThat(state()).as(operation).isEqualTo(before);
        refused.add(operation);
        return call.get();
    }

    /** The operations that were not done without their event. */
    public Set<String> refused() {
        return refused;
    }
}
