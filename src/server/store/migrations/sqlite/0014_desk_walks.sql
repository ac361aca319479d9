-- What the facts of a token say of its state, as its place in the list of states; 0: none of them decides, and its last
-- moment does. Kept in indexes, so that a state of the whole desk is one walk.
ALTER TABLE tokens ADD COLUMN facts INTEGER NOT NULL GENERATED ALWAYS AS (
  CASE WHEN removed_at IS NOT NULL THEN 5 WHEN dispute = 'open' THEN 4
    WHEN used_at IS NOT NULL THEN 2 WHEN shared_at IS NOT NULL THEN 1 ELSE 0 END
) VIRTUAL;
CREATE INDEX tokens_all_by_facts ON tokens (facts, claimed_at, id, sort_expires);
CREATE INDEX tokens_all_by_facts_expires ON tokens (facts, sort_expires, id);
-- Names, values and whatever else the offer says are walked offer by offer: three indexes give way to one.
DROP INDEX tokens_all_by_name;
DROP INDEX tokens_all_by_value;
DROP INDEX tokens_all_by_value_down;
CREATE INDEX tokens_of_offer ON tokens (offer_id, claimed_at, id);
-- The newest, with the offer that most filters test.
DROP INDEX tokens_all_by_claimed;
CREATE INDEX tokens_all_by_claimed ON tokens (claimed_at, id, offer_id);
-- What never ends is found by its place in the order of last moments.
DROP INDEX tokens_all_unending;
-- What few tokens have.
CREATE INDEX tokens_all_by_used ON tokens (used_at, id, claimed_at) WHERE used_at IS NOT NULL;
CREATE INDEX tokens_all_by_shared ON tokens (shared_at, id, claimed_at) WHERE shared_at IS NOT NULL;
CREATE INDEX tokens_all_reissued ON tokens (claimed_at, id) WHERE reissued_to IS NOT NULL;
CREATE INDEX tokens_by_replacement ON tokens (reissued_to) WHERE reissued_to IS NOT NULL;
CREATE INDEX tokens_all_replacements ON tokens (claimed_at, id) WHERE reissued_from IS NOT NULL;
