# What is done to tickets: titles, lines, what Enter does, what was done, what is missing.

ticket-merged-away = The ticket was merged into another one. Take the merge apart first ({ $merge }).
ticket-need-change = Nothing was changed yet.

# Escalating.
escalate-title = Escalate { $number }
escalate-head = Whom does it go to?
escalate-open = Escalated to { $to } by { $by }, level { $level }: { $reason }
escalate-take-up = Take it up
escalate-resolve = Say what came of it
escalate-back = Take it back
escalate-to-tier = Tier { $tier }
escalate-to-engineer = Engineers
escalate-to-supervisor = Supervisors
escalate-to-admin = Administrators
escalate-to-person = One person
escalate-keys = 1 to 9 choose
ticket-escalate-title = Escalate { $number } to: { $whom }?
ticket-escalate-line = “{ $subject }” goes to: { $whom }. Whoever works on it is told what came of it.
ticket-escalate-verb = Escalate
ticket-escalate-done = { $number } is escalated to: { $whom }
ticket-deescalate-title = Take { $number } back?
ticket-deescalate-line = The escalation of “{ $subject }” ends; the ticket comes back to where it was.
ticket-deescalate-verb = Take back
ticket-deescalate-done = { $number } is not escalated any more
ticket-take-up-title = Take up the escalation of { $number }
ticket-take-up-line = “{ $subject }”: you work on the escalation.
ticket-take-up-verb = Take up
ticket-take-up-done = The escalation of { $number } is taken up
ticket-answer-title = What came of the escalation of { $number }?
ticket-answer-line = “{ $subject }”: the escalation is resolved, and whoever escalated it is told.
ticket-answer-verb = Resolve escalation
ticket-answer-done = The escalation of { $number } is resolved
ticket-field-reason = Reason
ticket-field-reason-hint = Why it goes there; whoever gets it reads this first
ticket-field-outcome = Outcome
ticket-field-outcome-hint = What came of it
ticket-need-reason-words = Say why, in 3 to 2,000 characters.
ticket-need-outcome-words = Say what came of it, in 3 to 2,000 characters.

# Tags and watching.
ticket-tags-title = Tags of { $number }
ticket-tags-line = “{ $subject }”. Spaces between tags; what you leave out is taken off.
ticket-tags-verb = Change tags
ticket-tags-done = The tags of { $number } are changed
ticket-field-tags = Tags
ticket-field-tags-hint = vip checkout app:ios
ticket-need-tag = “{ $word }” cannot be a tag: letters, digits, - _ . and : only, at most 40 characters.
ticket-need-fewer-tags = A ticket has at most 30 tags.
ticket-watch-title = Watch { $number }
ticket-watch-line = You are told of what happens to “{ $subject }”.
ticket-watch-verb = Watch
ticket-watch-done = You watch { $number }
ticket-unwatch-title = Watch { $number } no longer
ticket-unwatch-line = You are not told of “{ $subject }” any more.
ticket-unwatch-verb = Stop watching
ticket-unwatch-done = You do not watch { $number } any more

# Editing.
ticket-edit-title = Edit { $number }
ticket-edit-line = Only what you change is sent; what somebody else changes meanwhile stays.
ticket-edit-verb = Save
ticket-edit-done = { $number } is changed
ticket-field-required = { $label } *
ticket-field-hint-text = nothing
ticket-field-hint-number = a number, such as 12.50
ticket-field-hint-date = a day, such as 2026-01-31

# Sleeping.
ticket-snooze-title = Let { $number } sleep
ticket-snooze-line = “{ $subject }” is out of the way until then. A message of the customer wakes it.
ticket-snooze-verb = Let it sleep
ticket-snooze-done = { $number }: done
ticket-snooze-1h = an hour
ticket-snooze-4h = 4 hours
ticket-snooze-tomorrow = tomorrow
ticket-snooze-monday = Monday
ticket-snooze-7d = a week
ticket-snooze-written = another moment
ticket-snooze-wake = wake it now
ticket-field-until = Until
ticket-field-moment = Moment
ticket-field-moment-hint = 2026-01-31 14:00, 2026-01-31, +3d, 90m
ticket-need-until = Choose until when, by its digit.
ticket-need-later = That moment has passed.
ticket-need-moment = Write a moment such as 2026-01-31 14:00, a day, or a length such as +3d, 4h, 90m.

# Ties.
ticket-link-title = Link { $number }
ticket-link-line = What does “{ $subject }” have to do with?
ticket-link-verb = Link
ticket-link-done = { $number } is linked
ticket-link-parent = is part of ticket
ticket-link-duplicate = is the same as ticket
ticket-link-related = has to do with ticket
ticket-field-tie = Tie
ticket-field-other = Number
ticket-field-other-hint = TKT-000123, or the number that it has in the other system
ticket-need-tie = Choose a tie by its digit.
ticket-need-other = Say which one: its number.
ticket-unlink-title = Take a tie off { $number }
ticket-unlink-none = Nothing is linked.
ticket-unlink-keys = 1 to 9 choose
ticket-unlink-line = “{ $what }” is not linked to “{ $subject }” any more. Both stay as they are.
ticket-unlink-verb = Unlink
ticket-unlink-done = “{ $what }” is not linked to { $number } any more
ticket-tie-parent = part of
ticket-tie-child = has as a part
ticket-tie-duplicate = the same as
ticket-tie-duplicated-by = also reported as
ticket-tie-related = has to do with
ticket-tie-follow-up = follows up
ticket-tie-followed-by = followed up by
ticket-tie-split = split off
ticket-tie-split-into = was split into
ticket-tie-merged = merged from
ticket-tie-merged-into = merged into

# Merging and splitting.
ticket-merge-choose = Merge { $number } into which ticket?
ticket-merge-same = Other tickets of { $customer }:
ticket-merge-by-number = another one, by its number
ticket-merge-other = another ticket
ticket-merge-keys = 1 to 9 choose
ticket-merge-title = Merge { $number } into { $into }?
ticket-merge-line = “{ $subject }” is closed as a duplicate; its conversation is read there. It can be taken apart again.
ticket-merge-verb = Merge
ticket-merge-done = { $number } is merged
ticket-field-into = Into
ticket-field-into-hint = TKT-000123
ticket-unmerge-title = Take the merge of { $number } apart?
ticket-unmerge-line = “{ $subject }” is a ticket of its own again, as it was before.
ticket-unmerge-verb = Take apart
ticket-unmerge-done = { $number } is a ticket of its own again
ticket-split-choose = Which messages of { $number } become a ticket of their own?
ticket-split-none = There are no messages.
ticket-split-keys = space Mark   enter These
ticket-split-title = Split { $number }
ticket-split-line = { $count ->
    [one] One message leaves
   *[other] { $count } messages leave
} “{ $subject }” for a new ticket with the same customer.
ticket-split-verb = Split
ticket-split-done = { $number } is split

# The checklist.
ticket-check-title = Checklist of { $number }
ticket-check-add = add a point
ticket-check-keys = enter Done or not   + Add   - Take off
ticket-field-check = Point
ticket-check-add-title = Add a point to { $number }
ticket-check-add-line = What is to be done about “{ $subject }”?
ticket-check-add-verb = Add
ticket-check-add-done = A point is added to { $number }
ticket-check-done-title = Done
ticket-check-done-line = “{ $what }” is done.
ticket-check-done-verb = Done
ticket-check-done-done = Done: { $what }
ticket-check-undone-title = Not done
ticket-check-undone-line = “{ $what }” is not done.
ticket-check-undone-verb = Not done
ticket-check-undone-done = Not done: { $what }
ticket-check-off-title = Take a point off?
ticket-check-off-line = “{ $what }” is not on the list of { $number } any more.
ticket-check-off-verb = Take off
ticket-check-off-done = Taken off: { $what }

# Time spent.
ticket-time-title = Time spent on { $number }
ticket-time-sum = { $sum } in all.
ticket-time-start-item = start your clock
ticket-time-stop-item = stop your clock ({ $long })
ticket-time-add-item = write time down
ticket-time-keys = 1 to 9 choose; an entry is corrected
ticket-field-minutes = Time
ticket-field-minutes-hint = 45, 1:30, 2h
ticket-field-note = What for
ticket-field-billable = billable
ticket-need-minutes = Write minutes, or hours and minutes such as 1:30; at most a month.
ticket-time-start-title = Start your clock
ticket-time-start-line = Your time on “{ $subject }” is counted from now on.
ticket-time-start-verb = Start
ticket-time-start-done = Your clock runs on { $number }
ticket-time-stop-title = Stop your clock
ticket-time-stop-line = Your time on “{ $subject }” is not counted any more.
ticket-time-stop-verb = Stop
ticket-time-stop-done = The clock on { $number } is stopped
ticket-time-add-title = Write time down on { $number }
ticket-time-add-line = How long did you work on “{ $subject }”?
ticket-time-add-verb = Write down
ticket-time-add-done = Time is written down on { $number }
ticket-time-correct-title = Correct time on { $number }
ticket-time-correct-line = How long was it? What it said before stays in the history.
ticket-time-correct-verb = Correct
ticket-time-correct-done = Time on { $number } is corrected

# Files.
ticket-attach-title = Attach a file to { $number }
ticket-attach-line = “{ $subject }”. At most { $most }; { $types }. What it is, is told by its content.
ticket-attach-verb = Attach
ticket-attach-done = The file hangs on { $number }
ticket-file-internal = people behind the desk
ticket-file-public = the customer too
ticket-field-path = Path
ticket-field-path-hint = of the file on this machine
ticket-field-seen = Seen by
ticket-need-path = Write the path of the file.
ticket-save-choose = Which file is saved?
ticket-save-none = No files hang on the ticket.
ticket-save-title = Save “{ $name }”
ticket-save-line = { $type }, { $size }. It is written for you alone, and not opened.
ticket-save-verb = Save
ticket-save-done = Saved { $path }, { $size }
ticket-field-save-hint = where to, on this machine

# The search over all tickets.
search-crumb = Search
search-title = Search in tickets
search-placeholder = words in numbers, subjects, descriptions, messages, tags; fields too, such as status:open
search-hint = Type what you look for. Fields narrow it down, as in the list: coupon status:open created:-30d..
search-nothing = Nothing was found. { $filter } changes the words: fewer, or other ones.
search-found = { $count ->
    [one] 1 ticket
   *[other] { $count } tickets
}
search-bounded = { $count } best of the newest { $ranked } places
search-in-number = number
search-in-subject = subject
search-in-description = description
search-in-tag = tag
search-in-message = message
search-in-note = internal note

# Giving.
ticket-give-choose = Give { $number } to whom?
ticket-give-has = They have it.
ticket-give-hint = why, if there is something to say
ticket-give-title = Give { $number } to { $whom }?
ticket-give-line = “{ $subject }” becomes theirs. { $room }
ticket-give-room = They have { $load } of { $most }.
ticket-give-full = They have { $load } of { $most } already: this is more than the rules would give them.
ticket-give-verb = Give
ticket-give-done = { $number } is given to { $whom }
ticket-steal-not = { $who } has the ticket. Taking it from them needs the permission ticket.steal.

# Whether one takes work.
availability-title = Do you take work?
availability-head = The rules give new tickets only to those who are available.
availability-available = new tickets may come
availability-busy = at work; no new ones by rule
availability-away = back soon
availability-offline = not at work
availability-verb = Say so
availability-done = You are { $status }

# Clocks.
ticket-col-sla = SLA left
ticket-col-tags = Tags
ticket-field-sla = SLA
clock-first_response = First answer
clock-next_response = Next answer
clock-resolution = Resolution
clock-state-running = running
clock-state-late = late
clock-state-paused = paused
clock-state-met = in time
clock-state-missed = late
sla-breached = late
sla-at_risk = at risk
sla-ok = in time so far
sla-paused = paused
sla-met = in time
sla-missed = late
sla-said-met = all clocks were met
sla-said-missed = it was late
sla-said-left = { $clock }: { $long } left
sla-said-risk = { $clock }: only { $long } left
sla-said-late = { $clock }: { $long } late
sla-said-paused = { $clock }: paused, { $long } left
sla-said-paused-late = { $clock }: paused, { $long } late already
sla-hours-business = the desk's hours count
sla-hours-always = all hours count
sla-why-rule = Targets of { $priority }; { $hours } ({ $zone }).
sla-why-clock = { $clock }: { $state }. { $gone } of { $target } have counted, { $left } are left.
sla-why-over = { $clock }: { $state }. { $gone } have counted, { $left } more than the { $target }.
sla-why-segment = { $from } – { $to }  { $long }  { $what } { $late } { $ahead }
sla-piece-counted = counted
sla-piece-closed = outside of the desk's hours
sla-piece-holiday = holiday
sla-piece-paused = the customer was awaited
sla-piece-resolved = it was resolved
sla-piece-late = after it was due
sla-piece-ahead = still to come
sla-why-due = Together { $sum }: due { $due }.
sla-why-paused = Together { $sum } so far; paused, { $left } left.
sla-why-sum = Together { $sum }.
ticket-clocks-unknown = The clocks could not be read.

# Dashboards.
dashboard-crumb = Dashboard
dashboard-head-mine = { $name }, the last 30 days
dashboard-head-desk = The desk, { $from } – { $to } ({ $zone })
dashboard-part = { $first }–{ $last } of { $n }
dashboard-head-desk-behind = The desk, { $from } – { $to } ({ $zone }); { $uncounted } tickets are still being counted
dashboard-load = { $n } of { $of } tickets
dashboard-queues = Queues
dashboard-clocks = My clocks
dashboard-next = Mine, next due first
dashboard-urgent = Urgent
dashboard-handled = Resolved by me
dashboard-times-title = In time
dashboard-response = First answer
dashboard-resolution = Resolution
dashboard-times = { $share } of { $n }, avg { $average }
dashboard-late = { $what }: late
dashboard-trend = Day by day
dashboard-csat = Ratings
dashboard-csat-title = Ratings: { $average } of { $n }
dashboard-ratings = ratings
dashboard-totals = Tickets opened
dashboard-by-status = By status
dashboard-by-priority = By priority
dashboard-by-category = By category
dashboard-agents = By agent: tickets, in time, rating
dashboard-opened = opened
dashboard-resolved = resolved
dashboard-point = { $days }: { $opened } opened, { $resolved } resolved, { $share } in time, { $rating }
dashboard-no-tickets = There are no tickets behind this.
dashboard-no-span = One's own dashboard has fixed spans; the desk's can be chosen.
dashboard-copied = the numbers
dashboard-span-title = Over which days?
dashboard-span-days = { $days ->
    [1] today
   *[other] { $days } days
}
dashboard-span-own = other days
dashboard-span-label = Days
dashboard-span-hint = 2026-01-01..2026-01-31
dashboard-span-wrong = Write two days with .. between, such as 2026-01-01..2026-01-31.

ticket-bulk-title-status = Move tickets: { $what }?
ticket-bulk-title-priority = Change the priority of tickets: { $what }?
ticket-bulk-title-assign = Take tickets: { $what }?
ticket-bulk-title-put-back = Put tickets back into the queue: { $what }?
ticket-bulk-title-give = Give tickets to { $whom }: { $what }?
ticket-bulk-title-tag = Tag tickets: { $what }?
ticket-bulk-title-close = Close tickets: { $what }?
ticket-bulk-title-merge = Merge tickets into one: { $what }?
ticket-bulk-title-reply = Write to the customers of tickets: { $what }?
ticket-bulk-title-note = Write an internal note in tickets: { $what }?
ticket-bulk-give-choose = Who gets these tickets: { $what }?
ticket-bulk-back = All of it can be taken back.
ticket-bulk-back-status = It can be taken back by legal moves: a ticket that was closed comes back as reopened.
ticket-bulk-back-merge = It can be taken back: each merge is taken apart then.
ticket-bulk-back-never = What is written stays: this cannot be taken back.
ticket-bulk-not = This is done to one ticket at a time: take the marks away with Esc.
ticket-bulk-reason-hint = May be empty; reopening asks for one
ticket-bulk-tags-add = Put on
ticket-bulk-tags-remove = Take off
ticket-bulk-need-tag = Say which tags to put on or take off.
escalate-person-title = Who gets { $number } by the escalation?

ticket-merged = Merged with what others changed meanwhile: { $what }.
ticket-merged-field = { $label } by { $who }

ticket-macro-choose = A macro for { $number }
ticket-macro-head = Type the first letters of one, or choose by digit.
ticket-macro-typed = Beginning with “{ $typed }”
ticket-macro-none = No macro of this desk fits.
ticket-macro-keys = letters narrow   enter Choose
ticket-macro-reply = reply
ticket-macro-note = note
ticket-macro-take = take it
ticket-macro-field-reply = Reply to the customer
ticket-macro-field-note = Internal note
ticket-macro-title = { $what }: { $number }?
ticket-macro-does = One step: { $does }.
ticket-macro-back = It can be taken back as one, but what is written stays.
ticket-macro-verb = Do it
ticket-macro-done = { $number }: { $what }. { $key } takes back what can be.

ticket-follow-up-title = Follow { $number } up by a new ticket?
ticket-follow-up-line = It was closed more than { $days } days ago and cannot be reopened. A new ticket of the same customer is opened, tied to it.
ticket-follow-up-verb = Open the new ticket
ticket-follow-up-done = Opened { $other }, which follows { $number } up

ticket-language-title = Language of { $number }?
ticket-language-line = People who speak it come first when the ticket is given out by rule, and the customer's letters are in it where there are any.
ticket-language-verb = Save
ticket-language-done = { $number } has its language
ticket-need-language = Write a tag such as es or pt-br, or nothing.

ticket-field-language = Language
ticket-field-language-hint = a tag such as es; empty: the desk's
