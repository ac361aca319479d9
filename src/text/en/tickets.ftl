# Tickets.

ticket-status-open = open
ticket-status-assigned = assigned
ticket-status-in_progress = in progress
ticket-status-waiting_customer = waiting for customer
ticket-status-waiting_internal = waiting inside
ticket-status-resolved = resolved
ticket-status-closed = closed

priority-low = low
priority-medium = medium
priority-high = high
priority-urgent = urgent

message-public = public
message-internal = internal

resolution-solved = Solved
resolution-workaround = Workaround
resolution-duplicate = Duplicate
resolution-cannot_reproduce = Cannot reproduce
resolution-wont_fix = Will not fix
resolution-other = Other

# Names of fields.
ticket-field-number = Number
ticket-field-subject = Subject
ticket-field-status = Status
ticket-field-priority = Priority
ticket-field-category = Category
ticket-field-tier = Tier
ticket-field-assignee = Assignee
ticket-field-customer = Customer
ticket-field-tokens = Tokens
ticket-field-updated = Updated
ticket-field-opened = Opened
ticket-field-closed = Closed
ticket-field-text = Text
ticket-field-description = Description
ticket-field-resolution = Resolution
ticket-field-summary = Summary
ticket-field-summary-hint = What was done; the customer's next agent reads it
ticket-nobody = nobody
ticket-changed = { $label }: { $was } → { $is }
ticket-changed-otherwise = something else in it

# Why a verb cannot be given.
ticket-not-closed = The ticket is done. Reopen it first ({ $key }).
ticket-closed-already = The ticket is closed already.
ticket-mine-already = You have the ticket already.
ticket-nobodys = Nobody has the ticket.
ticket-not-done = The ticket is not resolved or closed.
ticket-take-first = Nobody has the ticket: take it first ({ $key }).

# What is missing in a dialog.
ticket-need-text = Write something first.
ticket-need-status = Choose where the ticket goes.
ticket-need-priority = Choose a priority.
ticket-need-resolution = Choose how it was resolved, by its digit.
ticket-need-summary = Say what was done, in 3 to 4,000 characters.
ticket-need-reason = Choose a reason by its digit, or write one of at least 3 characters.

# The dialogs: title, what it does, what Enter does.
ticket-reply-title = Reply to the customer
ticket-reply-line = { $number } “{ $subject }”. The customer reads this.
ticket-reply-verb = Send reply
ticket-note-title = Internal note
ticket-note-line = { $number } “{ $subject }”. Only people behind the desk read this.
ticket-note-verb = Save note
ticket-close-title = Close { $number }?
ticket-close-line = “{ $subject }” is { $status }. It is closed now; everything in it stays, and it can be reopened.
ticket-close-takes = Nobody has it: it becomes yours by closing it.
ticket-close-verb = Close ticket
ticket-close-resolved-title = Close { $number }?
ticket-close-resolved-line = “{ $subject }” is resolved. It is closed now; everything in it stays, and it can be reopened.
ticket-close-resolved-verb = Close ticket
ticket-take-title = Take { $number }
ticket-take-line = “{ $subject }” becomes yours.
ticket-take-verb = Take
ticket-put-back-title = Put { $number } back
ticket-put-back-line = “{ $subject }” goes back into the queue: open, and nobody's.
ticket-put-back-verb = Put back
ticket-status-title = Status of { $number }
ticket-status-line = “{ $subject }” is { $status }. Where does it go?
ticket-status-verb = Change status
ticket-priority-title = Priority of { $number }
ticket-priority-line = How soon does “{ $subject }” need care?
ticket-priority-verb = Change priority
ticket-reopen-title = Reopen { $number }?
ticket-reopen-line = “{ $subject }” is { $status }. It is worked on again; its resolution is taken back.
ticket-reopen-verb = Reopen

# What was done.
ticket-done-reply = Reply sent on { $number }
ticket-done-note = Internal note saved on { $number }
ticket-done-take = { $number } is yours
ticket-done-put-back = { $number } is back in the queue
ticket-done-priority = { $number } is { $priority } now
ticket-done-status = { $number } is { $status } now
ticket-done-close = { $number } is closed

# The form for a new ticket.
new-ticket-crumb = New ticket
new-ticket-title = New ticket
new-ticket-verb = Open ticket
new-ticket-subject-hint = What it is about, in one line
new-ticket-description-hint = The whole story, if there is more to say
new-ticket-tokens = { $count ->
    [one] 1 token
   *[other] { $count } tokens
}
new-ticket-need-subject = Say what it is about, in 3 to 200 characters.
new-ticket-done = { $number } opened
new-ticket-keys = { $send } Open ticket   { $next } Next field   { $back } Leave
new-ticket-why-priority = Tickets about “{ $category }” start with the priority { $priority }. Another one can be chosen by its digit, and stays then.

# One ticket.
ticket-crumb = Ticket
ticket-copied = ticket number
ticket-pane-story = Conversation
ticket-pane-history = Activities
ticket-note-story = { $key } activities
ticket-note-history = { $key } conversation
ticket-pane-tokens = { $count ->
    [0] Tokens
    [one] 1 token
   *[other] { $count } tokens
}
ticket-tokens-none = No tokens are linked yet. { $key } opens the customer's wallet for this ticket.
ticket-tokens-no-customer = No customer yet. { $key } finds them.
ticket-head-no-customer = none yet; { $key } finds them
ticket-head-assignee = with { $name }
ticket-head-tier = tier { $tier }
ticket-head-opened = opened { $when }
ticket-chip-merged = merged away
ticket-chip-escalated = escalated, level { $level }
ticket-chip-snoozed = sleeps until { $until }
ticket-pane-about = About
ticket-pane-files = { $count ->
    [0] Files
    [one] 1 file
   *[other] { $count } files
}
ticket-pane-checks = Checklist { $done }/{ $all }
ticket-field-escalation = Escalated
ticket-about-escalation = { $status }, to { $to } by { $by }, level { $level }: { $reason }
escalation-pending = nobody has taken it up
escalation-in_progress = taken up
escalation-resolved = resolved
escalation-closed = over
ticket-field-watchers = Watched by
ticket-field-spent = Time spent
ticket-field-resolved = Resolved
ticket-field-rating = Rating
ticket-file-of-customer = from the customer
ticket-file-unscanned = not scanned
ticket-story-customer = { $who } (customer)
ticket-story-of = in { $number }
ticket-story-file = file: { $name }, { $size }
ticket-chip-reopened = reopened { $count }×
ticket-token-state = State
ticket-token-name = Name
ticket-token-value = Value
ticket-token-expires = Expires
ticket-token-merchant = Merchant
ticket-no-queue = The ticket was not opened from a list.
ticket-queue-end = It is the last ticket of the list.
ticket-queue-begin = It is the first ticket of the list.
ticket-failed-hint = { $key } asks again.
ticket-no-customer-yet = The ticket has no customer yet: find them first ({ $key }).
ticket-no-tokens-yet = No tokens are linked to the ticket yet.
ticket-no-token-here = Go to the tokens first (tab).
ticket-confirm-first = Confirm the account first: open it with { $key }.
ticket-story-opened = { $who } opened it, { $when }
ticket-story-no-description = Nothing more was said.
ticket-story-public = public · { $who } · { $when }
ticket-story-internal = internal · { $who } · { $when }
ticket-story-action = { $kind ->
    [add] added
    [remove] removed
    [reissue] reissued
    [dispute] disputed
   *[other] { $kind }
} “{ $name }” · { $who } · { $when }
ticket-story-resolved = { $status }: { $kind }
ticket-event-head = { $when } · { $who }
ticket-event-created = opened it as { $after }
ticket-event-status = status: { $before } → { $after }
ticket-event-assignee = assignee: { $before } → { $after }
ticket-event-priority = priority: { $before } → { $after }
ticket-event-category = category: { $before } → { $after }
ticket-event-subject = subject: { $before } → { $after }
ticket-event-description = changed the description
ticket-event-link = linked { $after }
ticket-event-link-account = linked the customer's account
ticket-event-message = wrote: { $after }
ticket-event-action = token action: { $after } “{ $detail }”
ticket-event-other = { $what }: { $before } → { $after }
ticket-requires-assignee = somebody who has it
ticket-requires-reason = a reason
ticket-requires-resolution_type = how it was resolved
ticket-requires-summary = a summary
ticket-why-title = Where { $number } can go
ticket-why-status = It is { $status } now. From there it can go to:
ticket-why-move-free = { $to }
ticket-why-move = { $to }: needs { $needs }
ticket-say-where = Ticket { $number }: { $subject }
ticket-say-token = Token { $name }, { $state }
ticket-say-keys = { $note } internal note, { $close } close, ? all keys.

# The list of tickets.
ticket-col-number = Number
ticket-col-priority = Priority
ticket-col-status = Status
ticket-col-subject = Subject
ticket-col-assignee = Assignee
ticket-col-account = Customer
ticket-col-tier = Tier
ticket-col-updated = Updated
ticket-col-created = Opened
ticket-col-closed = Closed
ticket-col-category = Category
ticket-col-reopened = Reopened
group-title = Group by
group-none = Not at all
group-keys = 1 to 9 choose
tickets-crumb = Tickets
tickets-title = Tickets
tickets-view-mine = mine
tickets-view-unassigned = unassigned
tickets-view-open = not done yet
tickets-view-urgent = urgent
tickets-view-risk = at risk
tickets-view-breached = breached
tickets-view-escalated = escalated
tickets-view-waiting = waiting
tickets-view-all = all
tickets-none-selected = There is no ticket under the cursor.
tickets-empty = No ticket fits. { $filter } changes the query, { $all } shows all tickets.
tickets-say-row = Ticket { $at }: { $number } { $subject }. { $priority }, { $status }, customer { $customer }, with { $assignee }, updated { $when }.
tickets-say-keys = { $open } open, { $new } new ticket, { $filter } query, 1 to 9 queues, ? all keys.
