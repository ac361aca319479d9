//! What a process that holds tokens owes its person: nothing of its memory reaches a disk.

/// Switches core dumps off, and on Linux the reading of this process' memory by others of the same user. Best effort:
/// a system that refuses is no reason not to work.
pub(super) fn keep_memory_private() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let none = Rlimit {
            current: Some(0),
            maximum: Some(0),
        };
        if let Err(error) = setrlimit(Resource::Core, none) {
            tracing::debug!(%error, "core dumps cannot be limited");
        }
    }
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        if let Err(error) = set_dumpable_behavior(DumpableBehavior::NotDumpable) {
            tracing::debug!(%error, "core dumps cannot be switched off");
        }
    }
}
