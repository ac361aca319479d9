//! Work beside the requests: sealing the audit chain, fanning out live events, delivering the outbox.
