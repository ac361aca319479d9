//! Use cases: one function per verb, each one transaction.
