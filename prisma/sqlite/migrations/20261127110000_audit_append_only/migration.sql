-- What was recorded of who did what is never changed; retention removes it when it is old enough. A migration that makes the table anew must make the trigger anew.
CREATE TRIGGER "event_audit_append_only" BEFORE UPDATE ON "event" WHEN OLD."kind" = 'audit' OR NEW."kind" = 'audit'
BEGIN
  SELECT RAISE(ABORT, 'audit records are append-only');
END;
