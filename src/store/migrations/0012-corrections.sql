-- A corrected invoice refers to its document, and the former document to it, before it is written: all come in one transaction.
alter table document alter constraint document_replaced_by_fkey deferrable initially deferred;
alter table invoice alter constraint invoice_document_id_fkey deferrable initially deferred;
