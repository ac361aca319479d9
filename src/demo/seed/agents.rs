//! The people behind the desk: those who can sign in to the demo, and colleagues whom one only reads about.

use super::rng::Rng;
use crate::demo::idp::PEOPLE;
use crate::domain::agent::{Agent, Availability};
use crate::domain::id::AgentId;
use crate::domain::permission::Role;
use crate::domain::time::Moment;

/// Somebody behind the desk.
#[derive(Debug, Clone)]
pub struct Colleague {
    /// Id at the issuer.
    pub subject: String,
    /// The person.
    pub agent: Agent,
}

impl Colleague {
    /// Employee id and name, as records keep them.
    pub fn label(&self) -> String {
        format!("{} {}", self.agent.employee_id, self.agent.name)
    }
}

const OTHERS: &[(&str, &str, Role)] = &[
    ("A-1015", "Beatriz Fontana", Role::Agent),
    ("A-1023", "Caleb Wren", Role::Agent),
    ("A-1031", "Ngozi Adeyemi", Role::Agent),
    ("A-1058", "Halima Yusuf", Role::Agent),
    ("A-1064", "Peter Vance", Role::Agent),
    ("A-1090", "Sunita Rao", Role::Agent),
    ("E-2004", "Anton Reyes", Role::Engineer),
    ("E-2019", "Grace Lindholm", Role::Engineer),
];

/// All of them.
pub fn all(seed: u64, now: Moment) -> Vec<Colleague> {
    let mut rng = Rng::part(seed, 1);
    let signing_in = PEOPLE.iter().filter_map(|person| {
        let group = |name| person.groups.contains(&name);
        let role = [
            ("desk-agents", Role::Agent),
            ("desk-engineers", Role::Engineer),
            ("desk-supervisors", Role::Supervisor),
            ("desk-admins", Role::Admin),
        ]
        .into_iter()
        .find_map(|(name, role)| group(name).then_some(role))?;
        Some((person.uid.to_owned(), person.employee_id, person.name, role))
    });
    let others = OTHERS
        .iter()
        .map(|(number, name, role)| (format!("seed-{number}"), *number, *name, *role));
    signing_in
        .chain(others)
        .map(|(subject, number, name, role)| (subject.starts_with("seed-"), subject, number, name, role))
        .map(|(away, subject, number, name, role)| Colleague {
            subject,
            agent: Agent {
                id: AgentId(rng.id(super::millis(now))),
                employee_id: number.to_owned(),
                name: name.to_owned(),
                role: Some(role),
                availability: {
                    // whoever signs in is at work; only the colleagues may be away
                    let drawn = *rng.pick(&Availability::ALL);
                    if away { drawn } else { Availability::Available }
                },
            },
        })
        .collect()
}
