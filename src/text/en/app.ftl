# Banner, layers and questions of the desk itself.

app-too-small-title = The window is too small.
app-too-small-line = It has { $width } × { $height } cells; the desk needs { $least_width } × { $least_height }. Make it larger, and everything is back as it was.
app-connecting = connecting
app-live = live
app-not-live = not live, retrying
app-not-live-line = Changes of others do not come by themselves for the moment: the stream of live events is opened again.
app-offline = offline
app-offline-line = The backend is not reachable. What is on screen may be old; what you typed is kept. It is looked for; the desk goes on by itself.
app-back-line = The backend is back.
app-tier = Tier { $tier }
available = available
busy = busy
away = away
offline = offline
app-greeting = Hello { $name } ({ $employee }). Signed in by { $issuer }.
app-part = { $title }   { $first }–{ $last } of { $n }
app-palette-title = All commands
app-view-outside = View in { $where }
app-palette-nothing = Nothing fits. Esc closes.
app-help-title = Keys that work here
app-no-such-keys = { $keys } means nothing here. ? shows the keys.
app-nothing-to-explain = There is nothing to explain here.
app-quit-title = Quit?
app-quit-line = Leaves the desk. Actions that are on their way are waited for; searches and open screens are forgotten.
app-quit-verb = Quit
app-leave-title = Leave?
app-leave-line = What you typed here is not sent yet and will be lost.
app-leave-verb = Leave
app-sign-out-title = Sign out?
app-sign-out-line = Ends the session here and at the identity provider. Searches and open screens are forgotten.
app-sign-out-verb = Sign out
app-stay-verb = Stay
app-action-done = Done: { $doing }.
app-action-failed = Not done: { $doing }. { $why }
app-tone-good = Done
app-tone-info = Note
app-tone-warning = Careful
app-tone-error = Failed

# The loop around the desk.

run-delayed = The backend does not answer. What you typed is kept; finding out what became of it. It will not be done twice.
run-never-arrived = The backend is there, and this never reached it: nothing was changed.
run-journal-failed = Nothing was sent: the journal of intents cannot be written on this machine. Make room, then do it again.
run-copied = Copied the { $what }.
run-copied-terminal = Sent the { $what } to the clipboard of your terminal. If pasting brings nothing, copy it from the screen.
run-not-copied = The { $what } was not copied:
run-opened = Opened in the browser.
run-earlier-done = Your last run ended in the middle of something; it was done after all, once: { $doing }.
run-earlier-refused = Your last run ended in the middle of something; it was refused, nothing was changed: { $doing }. { $why }
run-earlier-never = Your last run ended in the middle of something; it never arrived, nothing was changed: { $doing }. Do it again if it is still wanted.
run-earlier-more = { $count ->
    [one] One more of your last run is settled too; the history shows it.
   *[other] { $count } more of your last run are settled too; the history shows them.
}
doing-named = { $doing }, “{ $name }”
doing-something = an action ({ $verb })
doing-account-verify = verifying a caller
doing-account-note = a note on an account
doing-token-note = a note on a token
doing-token-add = adding a token to a wallet
doing-token-remove = removing a token
doing-token-reissue = reissuing a token
doing-token-dispute = opening a dispute
doing-dispute-uphold = upholding a dispute
doing-dispute-reject = rejecting a dispute
doing-token-undo = taking an action back
doing-ticket-create = opening a ticket
doing-ticket-message = writing into a ticket
doing-ticket-edit = changing a ticket
doing-ticket-assign = giving a ticket to somebody
doing-ticket-status = changing the status of a ticket
doing-ticket-priority = changing the priority of a ticket
doing-ticket-close = closing a ticket
doing-ticket-reopen = reopening a ticket
doing-ticket-link = linking a ticket
run-waiting = Waiting for { $n } on the way to the backend, at most 5 seconds…

app-why-dimmed = Keys that do nothing now, and why
app-why-dimmed-line = { $keys } { $what }: { $why }
doing-plan-make = making a plan for many tokens
doing-approval-approve = approving a request
doing-approval-reject = rejecting a request
