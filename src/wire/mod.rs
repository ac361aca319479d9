//! Request and reply bodies of the HTTP contract.
