//! The one command table: name, one line, context, keys. It feeds keymap, action line, palette, help and docs.

use crate::domain::permission::Permission;

/// Where a key means a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Context {
    /// Everywhere, unless a text field has the focus.
    Global,
    /// In a list or table.
    List,
    /// In a table whose rows can be marked and whose columns can be laid out.
    Table,
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
    /// Where a list has saved queries: wallets, tokens of the whole desk.
    Presets,
    /// In a list of tokens: a wallet, the whole desk.
    TokenList,
    /// In the catalog.
    Catalog,
    /// Where a ticket is at hand: listed, open, or beside the account that it is about.
    Tickets,
    /// In the list of tickets.
    Queue,
    /// On an open ticket.
    Ticket,
    /// On a dashboard.
    Dashboard,
    /// On a plan for many tokens.
    Plan,
    /// Where requests wait for a second person.
    Approvals,
    /// In a dialog or form, its text fields included.
    Dialog,
    /// While a single text field outside a form has the focus, such as the query line.
    Text,
}

impl Context {
    /// All contexts.
    pub const ALL: [Self; 19] = [
        Self::Global,
        Self::List,
        Self::Table,
        Self::Panes,
        Self::SignIn,
        Self::Lookup,
        Self::Account,
        Self::Tokens,
        Self::Presets,
        Self::TokenList,
        Self::Catalog,
        Self::Tickets,
        Self::Queue,
        Self::Ticket,
        Self::Dashboard,
        Self::Plan,
        Self::Approvals,
        Self::Dialog,
        Self::Text,
    ];

    /// Its name in the configuration.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::List => "list",
            Self::Table => "table",
            Self::Panes => "panes",
            Self::SignIn => "sign-in",
            Self::Lookup => "lookup",
            Self::Account => "account",
            Self::Tokens => "tokens",
            Self::Presets => "presets",
            Self::TokenList => "token-list",
            Self::Catalog => "catalog",
            Self::Tickets => "tickets",
            Self::Queue => "queue",
            Self::Ticket => "ticket",
            Self::Dashboard => "dashboard",
            Self::Plan => "plan",
            Self::Approvals => "approvals",
            Self::Dialog => "dialog",
            Self::Text => "text",
        }
    }

    /// What it is, for people: the title over its commands.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Global => "Everywhere",
            Self::List => "Lists and tables",
            Self::Table => "Tables with marks and columns",
            Self::Panes => "Panes",
            Self::SignIn => "Sign-in",
            Self::Lookup => "Look-up",
            Self::Account => "Account",
            Self::Tokens => "Tokens",
            Self::Presets => "Saved queries",
            Self::TokenList => "Token lists",
            Self::Catalog => "Token search (catalog)",
            Self::Tickets => "Tickets",
            Self::Queue => "Ticket list",
            Self::Ticket => "Open ticket",
            Self::Dashboard => "Dashboards",
            Self::Plan => "Plan for many tokens or tickets",
            Self::Approvals => "Approvals",
            Self::Dialog => "Dialogs and forms",
            Self::Text => "Query line and other single fields",
        }
    }
}

/// Contexts that are active together, innermost first. Within each line a key means one thing; [`Context::Text`] and
/// [`Context::Dialog`] lie above all others and may give keys another meaning while they do.
pub(super) const TOGETHER: &[&[Context]] = {
    use Context::{
        Account, Approvals, Catalog, Dashboard, Dialog, Global, List, Lookup, Panes, Plan, Presets, Queue,
        SignIn, Table, Text, Ticket, Tickets, TokenList, Tokens,
    };
    &[
        &[Lookup, List, Panes, Global],
        &[
            Account, Tokens, TokenList, Presets, Tickets, Table, List, Panes, Global,
        ],
        &[Catalog, Tickets, List, Panes, Global],
        &[Queue, Presets, Tickets, Table, List, Panes, Global],
        &[Ticket, Tickets, Tokens, List, Panes, Global],
        &[Dashboard, List, Panes, Global],
        &[Plan, List, Panes, Global],
        &[Approvals, List, Panes, Global],
        &[SignIn],
        &[Dialog],
        &[Text],
    ]
};

macro_rules! permission {
    () => {
        None
    };
    ($permission:ident) => {
        Some(Permission::$permission)
    };
}

macro_rules! commands {
    ($($name:ident, $word:literal, $label:literal, $doc:literal, $context:ident, [$($keys:literal),*] $(, $permission:ident)?;)+) => {
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

            /// The permission without which it is dimmed; `None` where being signed in is enough.
            #[must_use]
            pub fn permission(self) -> Option<Permission> {
                match self { $(Self::$name => permission!($($permission)?)),+ }
            }

            /// The command of that name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|command| command.name() == name)
            }
        }
    };
}

commands! {
    Help, "help", "keys", "Show the keys that work here.", Global, ["?", "f1"];
    Palette, "palette", "all", "Find any command by its name; ctrl-p works while you type too.", Global, [":", "ctrl-p"];
    Explain, "explain", "why", "Explain the thing under the cursor.", Global, ["="];
    Undo, "undo", "Undo", "Take back what was done last.", Global, ["u"], TokenUndo;
    Back, "back", "Back", "Close what is on top, or go back.", Global, ["esc"];
    GoLookup, "go-lookup", "Look-up", "Go to the look-up, as you left it.", Global, ["g a"], AccountSearch;
    GoTickets, "go-tickets", "Tickets", "Go to the tickets, as you left them.", Global, ["g t"], TicketView;
    GoActivity, "go-activity", "Activity", "Go to what was done to tokens, with before and after.", Global, ["g l"], TokenView;
    GoApprovals, "go-approvals", "Approvals", "Go to what waits for a second person.", Global, ["g p"], ApprovalView;
    GoSearch, "go-search", "Search", "Search all tickets and their conversations.", Global, ["g s"], TicketView;
    GoDashboard, "go-dashboard", "Dashboard", "Go to the numbers of your day, and of the desk.", Global, ["g d"], DashboardView;
    SetAvailability, "set-availability", "Availability", "Say whether you take work: available, busy, away, offline.", Global, ["A"], AvailabilitySet;
    GoTokens, "go-tokens", "All tokens", "Go to the tokens of the whole desk.", Global, ["g w"], TokenSearchAll;
    GoPlans, "go-plans", "Plans", "Go to your own plans: to go on, or to see what became of them.", Global, ["g b"], TokenBulk;
    Lock, "lock", "Lock", "Hide everything and ask for a fresh sign-in; F9 works while you type too.", Global, ["g .", "f9"];
    SignOut, "sign-out", "Sign out", "End the session here and at the identity provider.", Global, ["g o"];
    Quit, "quit", "Quit", "Leave the desk.", Global, ["Q", "ctrl-c", "ctrl-q"];
    Suspend, "suspend", "Suspend", "Put the desk to sleep and go to the shell.", Global, ["ctrl-z"];
    Repaint, "repaint", "Repaint", "Draw the whole screen again.", Global, ["f5"];
    Refresh, "refresh", "Refresh", "Ask again: sort again and read everything again.", Global, ["R", "ctrl-r"];
    Copy, "copy", "Copy", "Copy the thing under the cursor.", Global, ["y"];
    NewTicket, "new-ticket", "New ticket", "Open a ticket about what is on screen.", Global, ["n", "ctrl-n"], TicketCreate;
    Filter, "filter", "Filter", "Write into the query line.", List, ["/"];
    QueryForm, "query-form", "Form", "Ask the list by a form with a field for everything.", List, ["F"];
    Sort, "sort", "Sort", "Choose how the list is sorted, by several fields if wanted.", List, ["s"];
    Up, "up", "Up", "Move up by one.", List, ["up", "k"];
    Down, "down", "Down", "Move down by one.", List, ["down", "j"];
    PageUp, "page-up", "Page up", "Move up by a page.", List, ["pageup", "ctrl-u"];
    PageDown, "page-down", "Page down", "Move down by a page.", List, ["pagedown", "ctrl-d"];
    First, "first", "First", "Go to the first.", List, ["home", "g g"];
    Last, "last", "Last", "Go to the last.", List, ["end", "G"];
    Left, "left", "Left", "Move left.", List, ["left"];
    Right, "right", "Right", "Move right.", List, ["right"];
    Open, "open", "Open", "Open the thing under the cursor.", List, ["enter"];
    Columns, "columns", "Columns", "Choose the columns, their order and width.", Table, ["C"];
    Mark, "mark", "Mark", "Mark the row, or take its mark away.", Table, ["space"];
    MarkRange, "mark-range", "Mark range", "Begin to mark all that the cursor passes, or end it.", Table, ["v"];
    MarkAll, "mark-all", "Mark all", "Mark all rows that match the query.", Table, ["*"];
    NextPane, "next-pane", "Next pane", "Go to the next pane.", Panes, ["tab"];
    PreviousPane, "previous-pane", "Previous pane", "Go to the pane before.", Panes, ["shift-tab"];
    Zoom, "zoom", "Zoom", "Give the pane the whole screen, or take it back.", Panes, ["z"];
    CopyCode, "copy-code", "Copy code", "Copy the code.", SignIn, ["c"];
    NewCode, "new-code", "New code", "Ask for a new code.", SignIn, ["n"];
    ShowQr, "show-qr", "QR code", "Show the QR code on the whole screen, or hide it.", SignIn, ["f"];
    OpenBrowser, "open-browser", "Open browser", "Open the sign-in page in a browser.", SignIn, ["o"];
    DemoApprove, "demo-approve", "Approve (demo)", "Approve the code as one of the demo's people.", SignIn, ["d"];
    LookupForm, "lookup-form", "Form", "Look up by a form with four fields, or by the one line again.", Lookup, ["f2", "ctrl-f"], AccountSearch;
    ConfirmAccount, "confirm-account", "Confirm account", "Confirm that this is the right account.", Account, ["c"], AccountVerify;
    Verify, "verify", "Verify caller", "Compare what the caller says with what is stored.", Account, ["V"], AccountVerify;
    AsOf, "as-of", "As of", "See the wallet as it was at a moment.", Account, ["T"], TokenView;
    EarlierChange, "earlier-change", "Change before", "Step back to before the latest change of the wallet.", Account, ["["], TokenView;
    LaterChange, "later-change", "Change after", "Step on to the next change of the wallet; after the last, to now.", Account, ["]"], TokenView;
    Present, "present", "Now", "Back from the past to the wallet as it is now.", Account, ["."], TokenView;
    Reveal, "reveal", "Reveal", "Show a masked field for a while, with a reason.", Account, ["e"], AccountReveal;
    AddNote, "add-note", "Case note", "Write a case note.", Account, ["N"], AccountNote;
    AddToken, "add-token", "Add token", "Search the catalog and add an offer to the wallet.", Tokens, ["a"], TokenAdd;
    ReissueToken, "reissue-token", "Reissue", "Put a new instance in the place of the token.", Tokens, ["r"], TokenReissue;
    DisputeToken, "dispute-token", "Dispute", "Open a dispute about the token.", Tokens, ["d"], TokenDispute;
    DecideDispute, "decide-dispute", "Decide dispute", "Uphold or reject the open dispute about the token.", Tokens, ["D"], DisputeDecide;
    ViewOutside, "view-outside", "View outside", "View the token in the partner's system, by a signed link.", Tokens, ["o"], TokenLink;
    RemoveToken, "remove-token", "Remove", "Take the token out of the wallet; history stays.", Tokens, ["x"], TokenRemove;
    TokenHistory, "token-history", "History", "Show what happened to the token.", Tokens, ["H"], TokenView;
    Presets, "presets", "Saved queries", "Show the saved queries with what each finds; ask, change or retire one.", Presets, ["p"], PresetUse;
    SavePreset, "save-preset", "Save query", "Save the query under a name, on a number key if wanted.", Presets, ["P"], PresetUse;
    Preset1, "preset-1", "Query 1", "Ask the saved query on 1; again: the list's first query.", Presets, ["1"], PresetUse;
    Preset2, "preset-2", "Query 2", "Ask the saved query on 2; again: the list's first query.", Presets, ["2"], PresetUse;
    Preset3, "preset-3", "Query 3", "Ask the saved query on 3; again: the list's first query.", Presets, ["3"], PresetUse;
    Preset4, "preset-4", "Query 4", "Ask the saved query on 4; again: the list's first query.", Presets, ["4"], PresetUse;
    Preset5, "preset-5", "Query 5", "Ask the saved query on 5; again: the list's first query.", Presets, ["5"], PresetUse;
    Preset6, "preset-6", "Query 6", "Ask the saved query on 6; again: the list's first query.", Presets, ["6"], PresetUse;
    Preset7, "preset-7", "Query 7", "Ask the saved query on 7; again: the list's first query.", Presets, ["7"], PresetUse;
    Preset8, "preset-8", "Query 8", "Ask the saved query on 8; again: the list's first query.", Presets, ["8"], PresetUse;
    Preset9, "preset-9", "Query 9", "Ask the saved query on 9; again: the list's first query.", Presets, ["9"], PresetUse;
    Facets, "facets", "By value", "Count the rows by state, status and the like, and pick from them.", Table, ["f"];
    Export, "export", "Export", "Write all tokens of the query to a file: comma-separated values or JSON.", TokenList, ["E"], TokenExport;
    ChooseOffer, "choose-offer", "Add", "Add this offer to the wallet.", Catalog, ["a"], TokenAdd;
    TicketTake, "ticket-take", "Take", "Take the ticket.", Tickets, ["t a", "+"], TicketTake;
    TicketPutBack, "ticket-put-back", "Put back", "Put the ticket back into the queue.", Tickets, ["t q"], TicketRelease;
    TicketGive, "ticket-give", "Give", "Give the ticket to somebody: who is there, with how much work.", Tickets, ["t g"], TicketAssign;
    TicketStatus, "ticket-status", "Status", "Move the ticket to another status.", Tickets, ["t s"], TicketStatus;
    TicketPriority, "ticket-priority", "Priority", "Change how soon the ticket needs care.", Tickets, ["t p"], TicketEdit;
    TicketReply, "ticket-reply", "Reply", "Write to the customer.", Tickets, ["t r"], TicketMessage;
    TicketNote, "ticket-note", "Internal note", "Write a note that only people behind the desk see.", Tickets, ["t i"], TicketMessage;
    TicketClose, "ticket-close", "Close", "Close the ticket with a resolution.", Tickets, ["t c"], TicketClose;
    TicketReopen, "ticket-reopen", "Reopen", "Reopen the ticket with a reason.", Tickets, ["t o"], TicketReopen;
    TicketEscalate, "ticket-escalate", "Escalate", "Hand the ticket over to tier 2, a role or a person, or say what came of it.", Tickets, ["t e"], TicketEscalate;
    TicketTags, "ticket-tags", "Tags", "Put tags on the ticket, or take them off.", Tickets, ["t t"], TicketEdit;
    TicketSnooze, "ticket-snooze", "Snooze", "Let the ticket sleep until a moment, or wake it.", Tickets, ["t z"], TicketEdit;
    TicketMerge, "ticket-merge", "Merge", "Merge the ticket into another one, or take a merge apart.", Tickets, ["t m"], TicketMerge;
    TicketMacro, "ticket-macro", "Macro", "Answer by a canned reply with what goes with it: tags, status, priority.", Tickets, ["t u"], TicketBulk;
    TicketHistory, "ticket-history", "Activities", "Show everything that happened to the ticket, or the conversation again.", Tickets, ["t h", "h"], TicketView;
    GroupBy, "group-by", "Group", "Put the rows into groups by one of their fields.", Queue, ["B"], TicketView;
    TicketEdit, "ticket-edit", "Edit", "Change subject, category, description and the desk's own fields.", Ticket, ["t d"], TicketEdit;
    TicketLanguage, "ticket-language", "Language", "Say which language the ticket's customer speaks.", Ticket, ["t n"], TicketEdit;
    TicketLink, "ticket-link", "Link", "Tie the ticket to another one, or to a thing in another system.", Ticket, ["t l"], TicketEdit;
    TicketUnlink, "ticket-unlink", "Unlink", "Take a tie off the ticket: a ticket, a token, a thing elsewhere, the customer.", Ticket, ["t L"], TicketEdit;
    TicketWatch, "ticket-watch", "Watch", "Begin to watch the ticket, or end it.", Ticket, ["t w"], TicketView;
    TicketCheck, "ticket-check", "Checklist", "Do, add or take off points of the checklist.", Ticket, ["t x"], TicketEdit;
    TicketTime, "ticket-time", "Time", "Start or stop your clock, write time down, correct it.", Ticket, ["t k"], TicketMessage;
    TicketSplit, "ticket-split", "Split", "Make a ticket of its own of some messages.", Ticket, ["t b"], TicketEdit;
    TicketAttach, "ticket-attach", "Attach", "Hang a file of this machine on the ticket.", Ticket, ["t f"], TicketMessage;
    TicketSave, "ticket-save", "Save file", "Save a file that hangs on the ticket under a name that you give.", Ticket, ["t F"], TicketView;
    NextInQueue, "next-in-queue", "Next ticket", "Go to the next ticket of the list that this one was opened from.", Ticket, ["]"], TicketView;
    PreviousInQueue, "previous-in-queue", "Ticket before", "Go to the ticket before in the list that this one was opened from.", Ticket, ["["], TicketView;
    FindCustomer, "find-customer", "Find customer", "Look the ticket's customer up.", Ticket, ["f"], AccountSearch;
    OpenWallet, "open-wallet", "Wallet", "Open the customer's account and tokens, for this ticket.", Ticket, ["w"], AccountView;
    TurnDashboard, "turn-dashboard", "Mine or desk", "Turn from your own numbers to those of the desk, and back.", Dashboard, ["d"], StatsView;
    ChooseSpan, "choose-span", "Days", "Choose over which days the numbers of the desk are.", Dashboard, ["r"], StatsView;
    RunPlan, "run-plan", "Do it", "Do the plan: all rows that are left of it.", Plan, ["ctrl-s"], TokenBulk;
    Approve, "approve", "Approve", "Approve what somebody else asked for.", Approvals, ["a"], ApprovalDecide;
    Reject, "reject", "Reject", "Reject the request, or take back one's own.", Approvals, ["x"], ApprovalView;
    Confirm, "confirm", "Confirm", "Do what the dialog names; in a form, go to the next field.", Dialog, ["enter"];
    Send, "send", "Send", "Send what was written, from any field.", Dialog, ["ctrl-s"];
    KeepMine, "keep-mine", "Keep mine", "Of a field that both changed: keep what you wrote.", Dialog, ["f6"];
    TakeTheirs, "take-theirs", "Take theirs", "Of a field that both changed: take what the other wrote.", Dialog, ["f7"];
    NextField, "next-field", "Next field", "Go to the next field.", Dialog, ["tab"];
    PreviousField, "previous-field", "Field before", "Go to the field before.", Dialog, ["shift-tab"];
    Submit, "submit", "Done", "Take what was typed.", Text, ["enter"];
    Complete, "complete", "Complete", "Complete the word; again for the next way to do it.", Text, ["tab"];
    Older, "older", "Query before", "Take the query before, or the list's row before.", Text, ["up"];
    Newer, "newer", "Newer", "Take the query after, or the list's next row.", Text, ["down"];
    LeaveText, "leave-text", "Leave", "Leave the text field.", Text, ["esc"];
}
