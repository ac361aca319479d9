//! The people of the demo: one for each thing that somebody can be to the desk.

/// Somebody who can sign in to the demo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Person {
    /// Short name for forms and scripts.
    pub key: &'static str,
    /// Id at the issuer; never changes.
    pub uid: &'static str,
    /// Login name.
    pub login: &'static str,
    /// Full name.
    pub name: &'static str,
    /// The employer's number.
    pub employee_id: &'static str,
    /// What they are, for people.
    pub title: &'static str,
    /// Groups at the issuer.
    pub groups: &'static [&'static str],
}

/// The people of the demo; the first one is who a newcomer signs in as.
pub const PEOPLE: [Person; 6] = [
    Person {
        key: "amara",
        uid: "00u1042amaraokafor01",
        login: "amara.okafor@example.com",
        name: "Amara Okafor",
        employee_id: "A-1042",
        title: "Support agent, tier 1",
        groups: &["everyone", "desk-agents"],
    },
    Person {
        key: "jonas",
        uid: "00u1077jonaslindqv02",
        login: "jonas.lindqvist@example.com",
        name: "Jonas Lindqvist",
        employee_id: "A-1077",
        title: "Support agent, tier 1",
        groups: &["everyone", "desk-agents"],
    },
    Person {
        key: "mei",
        uid: "00u2011meilingchen03",
        login: "mei-ling.chen@example.com",
        name: "Mei-Ling Chen",
        employee_id: "E-2011",
        title: "Support engineer, tier 2",
        groups: &["everyone", "desk-engineers"],
    },
    Person {
        key: "priya",
        uid: "00u3005priyaraman0004",
        login: "priya.raman@example.com",
        name: "Priya Raman",
        employee_id: "S-3005",
        title: "Supervisor",
        groups: &["everyone", "desk-supervisors"],
    },
    Person {
        key: "tomas",
        uid: "00u4001tomasherrera05",
        login: "tomas.herrera@example.com",
        name: "Tomás Herrera",
        employee_id: "D-4001",
        title: "Administrator",
        groups: &["everyone", "desk-admins"],
    },
    Person {
        key: "noah",
        uid: "00u9001noahfields0006",
        login: "noah.fields@example.com",
        name: "Noah Fields",
        employee_id: "N-9001",
        title: "No role at this desk",
        groups: &["everyone"],
    },
];

/// The person of that short name.
#[must_use]
pub fn person(key: &str) -> Option<&'static Person> {
    PEOPLE.iter().find(|person| person.key == key)
}
