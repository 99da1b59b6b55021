-- The tables in SQLite's dialect, generated from schema/src/record.rs; do not edit.
-- UPDATE_GENERATED=1 cargo test -p switchboard-schema --test definitions

--  Names that must be unique in the whole installation and what they stand for: an e-mail address, a phone number id, the hash of an API key.
CREATE TABLE IF NOT EXISTS claims (
    kind TEXT NOT NULL,
    hash BLOB NOT NULL,
    target BLOB,
    PRIMARY KEY (kind, hash)
) STRICT, WITHOUT ROWID;

--  People who sign in.
CREATE TABLE IF NOT EXISTS users (
    user_id BLOB NOT NULL,
    body BLOB,
    PRIMARY KEY (user_id)
) STRICT, WITHOUT ROWID;

--  Sign-ins of browsers, by the hash of the cookie's secret.
CREATE TABLE IF NOT EXISTS sessions (
    session_id BLOB NOT NULL,
    body BLOB,
    expires_at INTEGER,
    PRIMARY KEY (session_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sessions_expiry ON sessions (expires_at) WHERE expires_at IS NOT NULL;

--  One-time codes that were sent by mail: each proves once that somebody reads an address.
CREATE TABLE IF NOT EXISTS codes (
    hash BLOB NOT NULL,
    body BLOB,
    expires_at INTEGER,
    PRIMARY KEY (hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS codes_expiry ON codes (expires_at) WHERE expires_at IS NOT NULL;

--  What must happen at a time, or after a crash. Firing is idempotent: the target looks at its own state.
CREATE TABLE IF NOT EXISTS wakeups (
    shard INTEGER NOT NULL,
    minute INTEGER NOT NULL,
    due INTEGER NOT NULL,
    tenant_id BLOB NOT NULL,
    target BLOB NOT NULL,
    reason TEXT,
    PRIMARY KEY (shard, minute, due, tenant_id, target)
) STRICT, WITHOUT ROWID;

--  How far the wake-ups of each shard have been fired.
CREATE TABLE IF NOT EXISTS wakeup_cursors (
    shard INTEGER NOT NULL,
    minute INTEGER,
    PRIMARY KEY (shard)
) STRICT, WITHOUT ROWID;

--  Workspaces.
CREATE TABLE IF NOT EXISTS tenants (
    tenant BLOB NOT NULL,
    n INTEGER NOT NULL,
    body BLOB,
    PRIMARY KEY (tenant, n)
) STRICT, WITHOUT ROWID;

--  Who belongs to a workspace, and as what.
CREATE TABLE IF NOT EXISTS members (
    tenant BLOB NOT NULL,
    user_id BLOB NOT NULL,
    body BLOB,
    PRIMARY KEY (tenant, user_id)
) STRICT, WITHOUT ROWID;

--  Invitations that were not accepted yet. One is good as long as its row is here: its token only says where to look.
CREATE TABLE IF NOT EXISTS invitations (
    tenant BLOB NOT NULL,
    invitation_id BLOB NOT NULL,
    body BLOB,
    PRIMARY KEY (tenant, invitation_id)
) STRICT, WITHOUT ROWID;

--  Teams: people of a workspace who answer together.
CREATE TABLE IF NOT EXISTS teams (
    tenant BLOB NOT NULL,
    team_id BLOB NOT NULL,
    body BLOB,
    PRIMARY KEY (tenant, team_id)
) STRICT, WITHOUT ROWID;

--  Labels: what conversations are sorted by.
CREATE TABLE IF NOT EXISTS labels (
    tenant BLOB NOT NULL,
    label_id BLOB NOT NULL,
    body BLOB,
    PRIMARY KEY (tenant, label_id)
) STRICT, WITHOUT ROWID;

--  What people say of themselves, whether they are there or not.
CREATE TABLE IF NOT EXISTS availability (
    tenant BLOB NOT NULL,
    user_id BLOB NOT NULL,
    body BLOB,
    PRIMARY KEY (tenant, user_id)
) STRICT, WITHOUT ROWID;

--  Keys of programs. A key is good as long as its row is here: its claim only says where to look.
CREATE TABLE IF NOT EXISTS api_keys (
    tenant BLOB NOT NULL,
    key_id BLOB NOT NULL,
    body BLOB,
    PRIMARY KEY (tenant, key_id)
) STRICT, WITHOUT ROWID;

--  Connected channels with their sealed secrets. A deleted one keeps its row for 30 days, so that late webhooks still verify.
CREATE TABLE IF NOT EXISTS channels (
    tenant BLOB NOT NULL,
    channel_id BLOB NOT NULL,
    body BLOB,
    PRIMARY KEY (tenant, channel_id)
) STRICT, WITHOUT ROWID;

--  Message templates, as the provider last told of them, and what was seen of their changes. Each channel keeps its account's: its owner alone writes them.
CREATE TABLE IF NOT EXISTS templates (
    tenant BLOB NOT NULL,
    channel_id BLOB NOT NULL,
    name TEXT NOT NULL,
    language TEXT NOT NULL,
    body BLOB,
    PRIMARY KEY (tenant, channel_id, name, language)
) STRICT, WITHOUT ROWID;

--  Which contact an address belongs to; written once, at first contact.
CREATE TABLE IF NOT EXISTS identities (
    tenant BLOB NOT NULL,
    scope TEXT NOT NULL,
    kind TEXT NOT NULL,
    value_hash BLOB NOT NULL,
    contact_id BLOB,
    at INTEGER,
    PRIMARY KEY (tenant, scope, kind, value_hash)
) STRICT, WITHOUT ROWID;

--  Contacts.
CREATE TABLE IF NOT EXISTS contacts (
    tenant BLOB NOT NULL,
    bucket INTEGER NOT NULL,
    contact_id BLOB NOT NULL,
    version INTEGER,
    epoch INTEGER,
    body BLOB,
    PRIMARY KEY (tenant, bucket, contact_id)
) STRICT, WITHOUT ROWID;

--  Contacts proved to be one person. Nothing is rewritten: the newer one's thread redirects to the older's.
CREATE TABLE IF NOT EXISTS contact_edges (
    tenant BLOB NOT NULL,
    contact_id BLOB NOT NULL,
    other_id BLOB NOT NULL,
    at INTEGER,
    PRIMARY KEY (tenant, contact_id, other_id)
) STRICT, WITHOUT ROWID;

--  The conversations of a contact.
CREATE TABLE IF NOT EXISTS contact_conversations (
    tenant BLOB NOT NULL,
    contact_id BLOB NOT NULL,
    conversation_id BLOB NOT NULL,
    channel_id BLOB,
    PRIMARY KEY (tenant, contact_id, conversation_id)
) STRICT, WITHOUT ROWID;

--  What contacts said about what they want to hear from us: for each a chain, every entry with the hash of all before it.
CREATE TABLE IF NOT EXISTS consent (
    tenant BLOB NOT NULL,
    contact_id BLOB NOT NULL,
    n INTEGER NOT NULL,
    hash BLOB,
    record BLOB,
    PRIMARY KEY (tenant, contact_id, n)
) STRICT, WITHOUT ROWID;

--  Files that go with messages: where their bytes are, or how far the asking for them is.
CREATE TABLE IF NOT EXISTS media (
    tenant BLOB NOT NULL,
    media_id BLOB NOT NULL,
    version INTEGER,
    epoch INTEGER,
    body BLOB,
    PRIMARY KEY (tenant, media_id)
) STRICT, WITHOUT ROWID;

--  The truth of a conversation: its head, its items, its provider requests, its client keys. One commit of its actor is one mutation of one partition.
CREATE TABLE IF NOT EXISTS thread (
    tenant BLOB NOT NULL,
    conversation_id BLOB NOT NULL,
    bucket INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    n INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    version INTEGER,
    id BLOB,
    provider_at INTEGER,
    body BLOB
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS thread_key ON thread (tenant, conversation_id, bucket, kind, n, epoch);

--  The list's view of each conversation: a projection of its thread's head, at most 50 ms behind, repaired when its actor loads.
CREATE TABLE IF NOT EXISTS conversation_heads (
    tenant BLOB NOT NULL,
    bucket INTEGER NOT NULL,
    conversation_id BLOB NOT NULL,
    version INTEGER,
    body BLOB
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS conversation_heads_key ON conversation_heads (tenant, bucket, conversation_id);

--  Where a message known by its provider's id stands: for statuses, edits, reactions and late duplicates.
CREATE TABLE IF NOT EXISTS provider_ids (
    tenant BLOB NOT NULL,
    channel_id BLOB NOT NULL,
    provider_id TEXT NOT NULL,
    conversation_id BLOB,
    seq INTEGER
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS provider_ids_key ON provider_ids (tenant, channel_id, provider_id);

--  A status, edit or revoke that came before its message.
CREATE TABLE IF NOT EXISTS orphans (
    tenant BLOB NOT NULL,
    channel_id BLOB NOT NULL,
    provider_hash BLOB NOT NULL,
    update_hash BLOB NOT NULL,
    at INTEGER,
    provider_id TEXT,
    body BLOB,
    expires_at INTEGER,
    PRIMARY KEY (tenant, channel_id, provider_hash, update_hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS orphans_expiry ON orphans (expires_at) WHERE expires_at IS NOT NULL;

--  Updates that could be stored but not applied: for the error page and for replay.
CREATE TABLE IF NOT EXISTS inbound_dead (
    tenant BLOB NOT NULL,
    day INTEGER NOT NULL,
    at INTEGER NOT NULL,
    id BLOB NOT NULL,
    body BLOB,
    expires_at INTEGER,
    PRIMARY KEY (tenant, day, at, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS inbound_dead_expiry ON inbound_dead (expires_at) WHERE expires_at IS NOT NULL;

--  Updates that concern no conversation, as they came: kept until something knows what to do with them, as the provider does not tell them again.
CREATE TABLE IF NOT EXISTS other_updates (
    tenant BLOB NOT NULL,
    day INTEGER NOT NULL,
    hash BLOB NOT NULL,
    body BLOB,
    expires_at INTEGER,
    PRIMARY KEY (tenant, day, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS other_updates_expiry ON other_updates (expires_at) WHERE expires_at IS NOT NULL;

--  Every event of a tenant, in order: resume after a restart, search, and later outgoing webhooks, rules and reports.
CREATE TABLE IF NOT EXISTS tenant_log (
    tenant BLOB NOT NULL,
    chunk INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    epoch TEXT,
    body BLOB,
    expires_at INTEGER
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS tenant_log_key ON tenant_log (tenant, chunk, offset);
CREATE INDEX IF NOT EXISTS tenant_log_expiry ON tenant_log (expires_at) WHERE expires_at IS NOT NULL;

--  How far each reader of the log has come.
CREATE TABLE IF NOT EXISTS log_cursors (
    tenant BLOB NOT NULL,
    consumer TEXT NOT NULL,
    offset INTEGER,
    PRIMARY KEY (tenant, consumer)
) STRICT, WITHOUT ROWID;

--  Answers given under an idempotency key, for 48 hours, where the object's id does not come from the key.
CREATE TABLE IF NOT EXISTS idempotency (
    tenant BLOB NOT NULL,
    principal TEXT NOT NULL,
    key_hash BLOB NOT NULL,
    request_hash BLOB,
    status INTEGER,
    body BLOB,
    expires_at INTEGER,
    PRIMARY KEY (tenant, principal, key_hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS idempotency_expiry ON idempotency (expires_at) WHERE expires_at IS NOT NULL;

--  What each agent has read.
CREATE TABLE IF NOT EXISTS agent_state (
    tenant BLOB NOT NULL,
    user_id BLOB NOT NULL,
    conversation_id BLOB NOT NULL,
    inbound_count INTEGER,
    PRIMARY KEY (tenant, user_id, conversation_id)
) STRICT, WITHOUT ROWID;

--  Whom an account wrote to outside their windows, and when last in that hour: counted against the provider's limit of people in 24 hours, after which a row ends.
CREATE TABLE IF NOT EXISTS initiated (
    tenant BLOB NOT NULL,
    account TEXT NOT NULL,
    hour INTEGER NOT NULL,
    contact_id BLOB NOT NULL,
    at INTEGER,
    expires_at INTEGER,
    PRIMARY KEY (tenant, account, hour, contact_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS initiated_expiry ON initiated (expires_at) WHERE expires_at IS NOT NULL;

--  Words that agents send again and again, of the workspace or of one person.
CREATE TABLE IF NOT EXISTS saved_replies (
    tenant BLOB NOT NULL,
    holder TEXT NOT NULL,
    reply_id BLOB NOT NULL,
    version INTEGER,
    body BLOB,
    PRIMARY KEY (tenant, holder, reply_id)
) STRICT, WITHOUT ROWID;

--  What agents began to write and have not sent. One that nobody goes on with ends by itself.
CREATE TABLE IF NOT EXISTS drafts (
    tenant BLOB NOT NULL,
    user_id BLOB NOT NULL,
    conversation_id BLOB NOT NULL,
    version INTEGER,
    body BLOB,
    expires_at INTEGER,
    PRIMARY KEY (tenant, user_id, conversation_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS drafts_expiry ON drafts (expires_at) WHERE expires_at IS NOT NULL;

--  Filters and orders of the list that are kept, of the workspace or of one person.
CREATE TABLE IF NOT EXISTS saved_views (
    tenant BLOB NOT NULL,
    holder TEXT NOT NULL,
    view_id BLOB NOT NULL,
    version INTEGER,
    body BLOB,
    PRIMARY KEY (tenant, holder, view_id)
) STRICT, WITHOUT ROWID;

--  Changes of many conversations at once. One is there once its slices are.
CREATE TABLE IF NOT EXISTS bulk_jobs (
    tenant BLOB NOT NULL,
    job_id BLOB NOT NULL,
    body BLOB,
    expires_at INTEGER,
    PRIMARY KEY (tenant, job_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS bulk_jobs_expiry ON bulk_jobs (expires_at) WHERE expires_at IS NOT NULL;

--  The conversations of a bulk change, in parts that are done one after the other.
CREATE TABLE IF NOT EXISTS bulk_slices (
    tenant BLOB NOT NULL,
    job_id BLOB NOT NULL,
    n INTEGER NOT NULL,
    body BLOB,
    expires_at INTEGER,
    PRIMARY KEY (tenant, job_id, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS bulk_slices_expiry ON bulk_slices (expires_at) WHERE expires_at IS NOT NULL;

--  What people and programs did, each act written with what it did; kept for as long as the workspace.
CREATE TABLE IF NOT EXISTS audit (
    tenant BLOB NOT NULL,
    period INTEGER NOT NULL,
    part INTEGER NOT NULL,
    at INTEGER NOT NULL,
    id BLOB NOT NULL,
    body BLOB,
    PRIMARY KEY (tenant, period, part, at, id)
) STRICT, WITHOUT ROWID;

--  What acts by itself when something happens.
CREATE TABLE IF NOT EXISTS automation_rules (
    tenant BLOB NOT NULL,
    rule_id BLOB NOT NULL,
    version INTEGER,
    body BLOB,
    PRIMARY KEY (tenant, rule_id)
) STRICT, WITHOUT ROWID;

--  What people do again and again, of the workspace or of one person.
CREATE TABLE IF NOT EXISTS macros (
    tenant BLOB NOT NULL,
    holder TEXT NOT NULL,
    macro_id BLOB NOT NULL,
    version INTEGER,
    body BLOB,
    PRIMARY KEY (tenant, holder, macro_id)
) STRICT, WITHOUT ROWID;

--  Runs of rules and macros, and what came of each; kept for [`RUNS_LIFE`].
CREATE TABLE IF NOT EXISTS automation_runs (
    tenant BLOB NOT NULL,
    period INTEGER NOT NULL,
    at INTEGER NOT NULL,
    id BLOB NOT NULL,
    body BLOB,
    expires_at INTEGER,
    PRIMARY KEY (tenant, period, at, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS automation_runs_expiry ON automation_runs (expires_at) WHERE expires_at IS NOT NULL;

--  Rules that wait before they act, one for each conversation that they may act in.
CREATE TABLE IF NOT EXISTS automation_waits (
    tenant BLOB NOT NULL,
    conversation_id BLOB NOT NULL,
    rule_id BLOB NOT NULL,
    body BLOB,
    expires_at INTEGER,
    PRIMARY KEY (tenant, conversation_id, rule_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS automation_waits_expiry ON automation_waits (expires_at) WHERE expires_at IS NOT NULL;

--  Where each conversation stands in the reports.
CREATE TABLE IF NOT EXISTS report_states (
    tenant BLOB NOT NULL,
    bucket INTEGER NOT NULL,
    conversation_id BLOB NOT NULL,
    offset INTEGER,
    body BLOB
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS report_states_key ON report_states (tenant, bucket, conversation_id);

--  What the reports count, one row each, so that every number opens its rows; kept for as long as the workspace.
CREATE TABLE IF NOT EXISTS report_facts (
    tenant BLOB NOT NULL,
    kind TEXT NOT NULL,
    day INTEGER NOT NULL,
    at INTEGER NOT NULL,
    conversation_id BLOB NOT NULL,
    seq INTEGER NOT NULL,
    body BLOB
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS report_facts_key ON report_facts (tenant, kind, day, at, conversation_id, seq);

--  Sums of what the reports count, by the quarter of an hour: what happened in it of one channel, team and person. Each says up to which place of the log it is, so that what is read again counts once.
CREATE TABLE IF NOT EXISTS rollups (
    tenant BLOB NOT NULL,
    day INTEGER NOT NULL,
    slot INTEGER NOT NULL,
    whose BLOB NOT NULL,
    offset INTEGER,
    body BLOB,
    PRIMARY KEY (tenant, day, slot, whose)
) STRICT, WITHOUT ROWID;

--  What people were told of: of each the newest 200, for 30 days.
CREATE TABLE IF NOT EXISTS notifications (
    tenant BLOB NOT NULL,
    user_id BLOB NOT NULL,
    notification_id BLOB NOT NULL,
    body BLOB,
    expires_at INTEGER,
    PRIMARY KEY (tenant, user_id, notification_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS notifications_expiry ON notifications (expires_at) WHERE expires_at IS NOT NULL;

--  Which of them people have seen.
CREATE TABLE IF NOT EXISTS notification_marks (
    tenant BLOB NOT NULL,
    user_id BLOB NOT NULL,
    notification_id BLOB NOT NULL,
    read_to INTEGER,
    expires_at INTEGER,
    PRIMARY KEY (tenant, user_id, notification_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS notification_marks_expiry ON notification_marks (expires_at) WHERE expires_at IS NOT NULL;

--  How people want to be told of things, where they said so.
CREATE TABLE IF NOT EXISTS notification_settings (
    tenant BLOB NOT NULL,
    user_id BLOB NOT NULL,
    body BLOB,
    PRIMARY KEY (tenant, user_id)
) STRICT, WITHOUT ROWID;

--  Browsers that are reached while no page is open: each as long as the sign-in under which it was made.
CREATE TABLE IF NOT EXISTS push_subscriptions (
    tenant BLOB NOT NULL,
    user_id BLOB NOT NULL,
    subscription_id BLOB NOT NULL,
    body BLOB,
    expires_at INTEGER,
    PRIMARY KEY (tenant, user_id, subscription_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS push_subscriptions_expiry ON push_subscriptions (expires_at) WHERE expires_at IS NOT NULL;

--  Notifications that are to be pushed and are not yet. Read after a start alone.
CREATE TABLE IF NOT EXISTS push_jobs (
    tenant BLOB NOT NULL,
    hour INTEGER NOT NULL,
    user_id BLOB NOT NULL,
    notification_id BLOB NOT NULL,
    body BLOB,
    expires_at INTEGER,
    PRIMARY KEY (tenant, hour, user_id, notification_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS push_jobs_expiry ON push_jobs (expires_at) WHERE expires_at IS NOT NULL;

--  Keys of the installation's own that are not derived from the master key but sealed under it.
CREATE TABLE IF NOT EXISTS sealed_keys (
    name TEXT NOT NULL,
    sealed BLOB,
    at INTEGER,
    PRIMARY KEY (name)
) STRICT, WITHOUT ROWID;
