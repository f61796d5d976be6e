DROP TRIGGER document_counter_one_by_one ON documents_documentcounter;
DROP FUNCTION document_counter_goes_up();
DROP TRIGGER document_no_truncate ON documents_document;
DROP TRIGGER document_immutable ON documents_document;
DROP FUNCTION document_is_immutable();
