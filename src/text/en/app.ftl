# Banner, layers and questions of the desk itself.

app-too-small-title = The window is too small.
app-too-small-line = It has { $width } × { $height } cells; the desk needs { $least_width } × { $least_height }. Make it larger, and everything is back as it was.
app-connecting = connecting
app-live = live
app-offline = offline
app-offline-line = The backend is not reachable. What is on screen may be old; what you typed is kept.
app-tier = Tier { $tier }
available = available
busy = busy
away = away
offline = offline
app-greeting = Hello { $name } ({ $employee }). Signed in by { $issuer }.
app-palette-title = All commands
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
app-action-done = Done: { $verb }.
app-action-failed = Not done: { $verb }. { $why }
app-tone-good = Done
app-tone-info = Note
app-tone-warning = Careful
app-tone-error = Failed

# The loop around the desk.

run-delayed = The backend does not answer. What you typed is kept; finding out what became of it. It will not be done twice.
run-journal-failed = Nothing was sent: the journal of intents cannot be written on this machine. Make room, then do it again.
run-copied = Copied the { $what }.
run-copied-terminal = Sent the { $what } to the clipboard of your terminal. If pasting brings nothing, copy it from the screen.
run-not-copied = The { $what } was not copied:
run-opened = Opened in the browser.
run-earlier-done = An action of your last run was done after all: { $verb } on { $subject }.
run-earlier-refused = An action of your last run was refused: { $verb } on { $subject }.
run-earlier-never = An action of your last run never arrived, nothing was changed: { $verb } on { $subject }.
run-waiting = Waiting for { $n } on the way to the backend, at most 5 seconds…
