//! Kept screens: a stack for each side of the desk. Leaving a screen keeps it as it is.

use crate::tui::flow::{Root, Route, Screen};

/// So many screens are kept on each side; the oldest above the bottom goes first.
const DEPTH: usize = 24;

/// A screen that is kept, with the route that opened it.
pub(super) struct Kept {
    pub id: u64,
    pub route: Route,
    pub screen: Box<dyn Screen>,
}

/// Both sides.
#[derive(Default)]
pub(super) struct Sides {
    stacks: [Vec<Kept>; 2],
    at: usize,
}

fn index(root: Root) -> usize {
    match root {
        Root::Accounts => 0,
        Root::Tickets => 1,
    }
}

impl Sides {
    /// The side that is shown.
    pub fn side(&self) -> Root {
        Root::ALL[self.at]
    }

    /// Shows the other side as it was left.
    pub fn turn(&mut self, root: Root) {
        self.at = index(root);
    }

    pub fn top(&self) -> Option<&Kept> {
        self.stacks[self.at].last()
    }

    pub fn top_mut(&mut self) -> Option<&mut Kept> {
        self.stacks[self.at].last_mut()
    }

    /// The path to the screen that is shown, bottom first.
    pub fn path(&self) -> &[Kept] {
        &self.stacks[self.at]
    }

    /// Puts a screen on top. What had to go because the stack was full comes back.
    pub fn push(&mut self, kept: Kept) -> Option<Kept> {
        let stack = &mut self.stacks[self.at];
        stack.push(kept);
        if stack.len() > DEPTH {
            Some(stack.remove(1))
        } else {
            None
        }
    }

    /// Takes the top off; `None` at the bottom, which stays.
    pub fn pop(&mut self) -> Option<Kept> {
        let stack = &mut self.stacks[self.at];
        if stack.len() > 1 { stack.pop() } else { None }
    }

    /// Takes the top off to put something else there.
    pub fn take_top(&mut self) -> Option<Kept> {
        self.stacks[self.at].pop()
    }

    /// Everything above the bottom, top first.
    pub fn pop_to_bottom(&mut self) -> Vec<Kept> {
        let stack = &mut self.stacks[self.at];
        let keep = stack.len().min(1);
        let mut gone = stack.split_off(keep);
        gone.reverse();
        gone
    }

    pub fn get_mut(&mut self, id: u64) -> Option<&mut Kept> {
        self.stacks.iter_mut().flatten().find(|kept| kept.id == id)
    }

    pub fn all(&self) -> impl Iterator<Item = &Kept> {
        self.stacks.iter().flatten()
    }

    /// Forgets every screen and goes back to the first side.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}
