//! From groups of the identity provider to the role here.

use crate::config::identity::RoleGroups;
use crate::domain::permission::Role;

/// The highest role that one of the groups gives; names are compared whole and case-sensitively.
#[must_use]
pub fn role_of(groups: &[String], map: &RoleGroups) -> Option<Role> {
    let names = |role: Role| match role {
        Role::Customer => &map.customer,
        Role::Agent => &map.agent,
        Role::Engineer => &map.engineer,
        Role::Supervisor => &map.supervisor,
        Role::Admin => &map.admin,
    };
    Role::ALL.into_iter().rev().find(|role| {
        names(*role)
            .iter()
            .any(|name| !name.is_empty() && groups.contains(name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(groups: &[&str]) -> Option<Role> {
        let map = RoleGroups {
            agent: vec!["desk-agents".to_owned(), String::new()],
            admin: vec!["desk-admins".to_owned()],
            ..Default::default()
        };
        role_of(&groups.iter().map(|g| (*g).to_owned()).collect::<Vec<_>>(), &map)
    }

    #[test]
    fn names_are_compared_whole_and_the_highest_role_wins() {
        assert_eq!(role(&["desk-agents"]), Some(Role::Agent));
        assert_eq!(role(&["desk-agents", "desk-admins"]), Some(Role::Admin));
        for none in ["desk-agent", "desk-agents2", "Desk-Agents", "desk-admins ", ""] {
            assert_eq!(role(&[none]), None, "{none:?}");
        }
        assert_eq!(role(&[]), None);
    }
}
