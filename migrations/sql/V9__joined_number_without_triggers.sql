-- The triggers of V6 filled `joined_number` for senders that did not know the column. Every sender writes it by now, and the
-- triggers cost each message: a table with a trigger before updates locks every row that is updated, in a statement and a WAL
-- record of its own, whether the trigger fires or not.
DROP TRIGGER participant_joins ON participants;
DROP TRIGGER participant_joins_again ON participants;
DROP FUNCTION remember_joined_number;
