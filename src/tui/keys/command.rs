//! The one command table: name, one line, context, keys. It feeds keymap, action line, palette, help and docs.

/// Where a key means a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Context {
    /// Everywhere, unless a text field has the focus.
    Global,
    /// In a list or table.
    List,
    /// On a screen with panes.
    Panes,
    /// On the sign-in screen.
    SignIn,
    /// On the look-up screen.
    Lookup,
    /// On an account's card.
    Account,
    /// Where tokens are: wallet, token detail, ticket with tokens.
    Tokens,
    /// In the catalog.
    Catalog,
    /// Where a ticket is, in a list or open.
    Tickets,
    /// In a dialog or form.
    Dialog,
    /// While a text field has the focus.
    Text,
}

impl Context {
    /// All contexts.
    pub const ALL: [Self; 11] = [
        Self::Global,
        Self::List,
        Self::Panes,
        Self::SignIn,
        Self::Lookup,
        Self::Account,
        Self::Tokens,
        Self::Catalog,
        Self::Tickets,
        Self::Dialog,
        Self::Text,
    ];

    /// Its name in the configuration.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::List => "list",
            Self::Panes => "panes",
            Self::SignIn => "sign-in",
            Self::Lookup => "lookup",
            Self::Account => "account",
            Self::Tokens => "tokens",
            Self::Catalog => "catalog",
            Self::Tickets => "tickets",
            Self::Dialog => "dialog",
            Self::Text => "text",
        }
    }
}

macro_rules! commands {
    ($($name:ident, $word:literal, $label:literal, $doc:literal, $context:ident, [$($keys:literal),*];)+) => {
        /// Something that a person can tell the desk to do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Command {
            $(#[doc = $doc] $name,)+
        }

        impl Command {
            /// All commands, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Its name in the configuration and for scripts.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $word),+ }
            }

            /// A word or two for the action line.
            #[must_use]
            pub fn label(self) -> &'static str {
                match self { $(Self::$name => $label),+ }
            }

            /// What it does, in one line.
            #[must_use]
            pub fn doc(self) -> &'static str {
                match self { $(Self::$name => $doc),+ }
            }

            /// Where its keys work.
            #[must_use]
            pub fn context(self) -> Context {
                match self { $(Self::$name => Context::$context),+ }
            }

            /// Its keys unless configured otherwise; keys of a sequence are parted by a space.
            #[must_use]
            pub fn default_keys(self) -> &'static [&'static str] {
                match self { $(Self::$name => &[$($keys),*]),+ }
            }
        }
    };
}

commands! {
    Help, "help", "keys", "Show the keys that work here.", Global, ["?", "f1"];
    Palette, "palette", "all", "Find any command by its name.", Global, [":"];
    Explain, "explain", "why", "Explain the thing under the cursor.", Global, ["="];
    Back, "back", "Back", "Close what is on top, or go back.", Global, ["esc"];
    GoLookup, "go-lookup", "Look-up", "Go to the look-up, as you left it.", Global, ["g a"];
    GoTickets, "go-tickets", "Tickets", "Go to the tickets, as you left them.", Global, ["g t"];
    Lock, "lock", "Lock", "Hide everything and ask for a fresh sign-in.", Global, ["g ."];
    SignOut, "sign-out", "Sign out", "End the session here and at the identity provider.", Global, ["g o"];
    Quit, "quit", "Quit", "Leave the desk.", Global, ["q", "ctrl-q"];
    Suspend, "suspend", "Suspend", "Put the desk to sleep and go to the shell.", Global, ["ctrl-z"];
    Repaint, "repaint", "Repaint", "Draw the whole screen again.", Global, ["ctrl-l"];
    Refresh, "refresh", "Refresh", "Sort again and read everything again.", Global, ["R"];
    Copy, "copy", "Copy", "Copy the thing under the cursor.", Global, ["y"];
    NewTicket, "new-ticket", "New ticket", "Open a ticket about what is on screen.", Global, ["n"];
    Filter, "filter", "Filter", "Write into the query line.", List, ["/"];
    Sort, "sort", "Sort", "Choose how the list is sorted.", List, ["s"];
    Up, "up", "Up", "Move up by one.", List, ["up", "k"];
    Down, "down", "Down", "Move down by one.", List, ["down", "j"];
    PageUp, "page-up", "Page up", "Move up by a page.", List, ["pageup", "ctrl-u"];
    PageDown, "page-down", "Page down", "Move down by a page.", List, ["pagedown", "ctrl-d"];
    First, "first", "First", "Go to the first.", List, ["home", "g g"];
    Last, "last", "Last", "Go to the last.", List, ["end", "G"];
    Left, "left", "Left", "Move left.", List, ["left", "h"];
    Right, "right", "Right", "Move right.", List, ["right", "l"];
    Open, "open", "Open", "Open the thing under the cursor.", List, ["enter"];
    Mark, "mark", "Mark", "Mark or unmark the row.", List, ["space"];
    NextPane, "next-pane", "Next pane", "Go to the next pane.", Panes, ["tab"];
    PreviousPane, "previous-pane", "Previous pane", "Go to the pane before.", Panes, ["shift-tab"];
    Zoom, "zoom", "Zoom", "Give the pane the whole screen, or take it back.", Panes, ["z"];
    CopyCode, "copy-code", "Copy code", "Copy the code.", SignIn, ["c"];
    NewCode, "new-code", "New code", "Ask for a new code.", SignIn, ["n"];
    ShowQr, "show-qr", "QR code", "Show the QR code on the whole screen, or hide it.", SignIn, ["f"];
    OpenBrowser, "open-browser", "Open browser", "Open the sign-in page in a browser.", SignIn, ["o"];
    DemoApprove, "demo-approve", "Approve (demo)", "Approve the code as one of the demo's people.", SignIn, ["d"];
    LookupForm, "lookup-form", "Form", "Look up by a form with four fields.", Lookup, ["f"];
    Verify, "verify", "Verify", "Confirm that this is the caller's account.", Account, ["v"];
    Reveal, "reveal", "Reveal", "Show a masked field for a while, with a reason.", Account, ["m"];
    AddNote, "add-note", "Note", "Write a case note.", Account, ["c"];
    AddToken, "add-token", "Add token", "Search the catalog and add an offer to the wallet.", Tokens, ["a"];
    ReissueToken, "reissue-token", "Reissue", "Put a new instance in the place of the token.", Tokens, ["r"];
    RemoveToken, "remove-token", "Remove", "Take the token out of the wallet; history stays.", Tokens, ["x"];
    TokenHistory, "token-history", "History", "Show what happened to the token.", Tokens, ["i"];
    ChooseOffer, "choose-offer", "Add", "Add this offer to the wallet.", Catalog, ["a", "enter"];
    TicketTake, "ticket-take", "Take", "Take the ticket.", Tickets, ["t a"];
    TicketPutBack, "ticket-put-back", "Put back", "Put the ticket back into the queue.", Tickets, ["t q"];
    TicketStatus, "ticket-status", "Status", "Move the ticket to another status.", Tickets, ["t s"];
    TicketPriority, "ticket-priority", "Priority", "Change how soon the ticket needs care.", Tickets, ["t p"];
    TicketReply, "ticket-reply", "Reply", "Write to the customer.", Tickets, ["t r"];
    TicketNote, "ticket-note", "Internal note", "Write a note that only people behind the desk see.", Tickets, ["t i"];
    TicketClose, "ticket-close", "Close", "Close the ticket with a resolution.", Tickets, ["t c"];
    TicketReopen, "ticket-reopen", "Reopen", "Reopen the ticket with a reason.", Tickets, ["t o"];
    TicketLink, "ticket-link", "Link", "Link the ticket to an account or token.", Tickets, ["t l"];
    TicketHistory, "ticket-history", "History", "Show everything that happened to the ticket.", Tickets, ["t h"];
    Confirm, "confirm", "Confirm", "Do what the dialog names.", Dialog, ["enter"];
    NextField, "next-field", "Next field", "Go to the next field.", Dialog, ["tab"];
    PreviousField, "previous-field", "Field before", "Go to the field before.", Dialog, ["shift-tab"];
    Submit, "submit", "Done", "Take what was typed.", Text, ["enter"];
    Complete, "complete", "Complete", "Complete the word.", Text, ["tab"];
    LeaveText, "leave-text", "Leave", "Leave the text field.", Text, ["esc"];
}
