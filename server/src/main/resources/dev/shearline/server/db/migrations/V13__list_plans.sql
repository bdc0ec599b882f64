-- Lists of keys read a few rows by index, whatever is asked. The planner has to know that row-level security keeps nearly all of what a list
-- asks for, as the list names organization and audiences itself. Of a comparison with a setting it believes that one row in a hundred passes,
-- and then reads all rows to sort them; of "is not" with a CASE, which it has no statistics of either, that nearly all do. What passes is the
-- same.
DO $$
DECLARE
    of_organization text := $p$organization_id = (SELECT NULLIF(current_setting('shearline.organization', true), ''))$p$;
    seen text := $p$((SELECT current_setting('shearline.all', true)) = 'on'
        OR audience_id = ANY ((SELECT string_to_array(current_setting('shearline.audiences', true), ',')) :: text[]))$p$;
    audited text := $p$(SELECT coalesce(NULLIF(current_setting('shearline.audit', true), ''), 'on')) = 'on'$p$;
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['api_key', 'api_key_scope', 'api_key_word', 'api_key_activity'] LOOP
        EXECUTE format('DROP POLICY tenant_sees ON %I', name);
        EXECUTE format('CREATE POLICY tenant_sees ON %I FOR SELECT TO shearline_app USING (CASE WHEN %s AND %s THEN 1 ELSE 0 END <> 0)',
                       name, of_organization, seen);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['audit_event', 'audit_personal'] LOOP
        EXECUTE format('DROP POLICY tenant_sees ON %I', name);
        EXECUTE format('CREATE POLICY tenant_sees ON %I FOR SELECT TO shearline_app USING (CASE WHEN %s AND %s THEN 1 ELSE 0 END <> 0)',
                       name, of_organization, audited);
    END LOOP;
END
$$;

-- The words of a key, each after a blank, beside it: who passes keys in some order sees which have a word. NULL where a node of the version
-- before has written: then api_key_word tells.
ALTER TABLE api_key ADD COLUMN word_key text COLLATE "C";

CREATE FUNCTION forget_word_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.name, NEW.description) IS DISTINCT FROM (OLD.name, OLD.description) AND NEW.word_key IS NOT DISTINCT FROM OLD.word_key THEN
        NEW.word_key := NULL;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER forget_word_key BEFORE UPDATE OF name, description ON api_key FOR EACH ROW EXECUTE FUNCTION forget_word_key();
