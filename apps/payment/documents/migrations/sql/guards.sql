-- What was issued stays as it was: the tax office and the customer have it already.

CREATE FUNCTION document_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'documents are immutable once issued; issue a credit note instead'
        USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER document_immutable BEFORE UPDATE OR DELETE ON documents_document
    FOR EACH ROW EXECUTE FUNCTION document_is_immutable();
-- TRUNCATE fires no trigger of rows, so it needs a guard of its own.
CREATE TRIGGER document_no_truncate BEFORE TRUNCATE ON documents_document
    FOR EACH STATEMENT EXECUTE FUNCTION document_is_immutable();

-- A number is given once: counters only go up, one at a time.
CREATE FUNCTION document_counter_goes_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.last_sequence = OLD.last_sequence + 1
        AND (NEW.series, NEW.year) = (OLD.series, OLD.year) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'numbers of documents are given one after the other' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER document_counter_one_by_one BEFORE UPDATE OR DELETE ON documents_documentcounter
    FOR EACH ROW EXECUTE FUNCTION document_counter_goes_up();
