//! SQL for both databases; no rule lives here.
