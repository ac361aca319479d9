# The sign-in screen, and the one for people without a role.

signin-title = Sign in
signin-starting = Looking for a kept sign-in, else asking for a code…
signin-open = Open this address on any device:
signin-compare = Check that it shows this code, or enter it there:
signin-minutes-left = { $n } minutes left
signin-seconds-left = { $n } seconds left
signin-until = The code works until { $at }.
signin-warning = Approve only a sign-in that you started yourself, here and now. Nobody from support will ever ask you for this code.
signin-approved = Approved. Getting your desk ready…
signin-kept = You are still signed in. Getting your desk ready…
signin-hidden = The code is out of sight, because nobody seems to be here. Press any key to see it.
signin-expired = The code has expired. Ask for a new one.
signin-called-off = The sign-in was called off. Ask for a new code whenever you like.
signin-locked = Locked
signin-locked-idle = Nobody was here for { $minutes } minutes. What was open and typed is kept for you; sign in again to go on ({ $key }).
signin-locked-key = What was open and typed is kept for you; sign in again to go on ({ $key }).
signin-failed = The sign-in did not work.
signin-choose = Demo: approve { $code } as
signin-choose-keys = A digit approves at once; up, down and Enter do, too. Esc goes back.

denied-title = You have no role at this desk
denied-who = You are signed in as { $name } ({ $employee }).
denied-who-unknown = You are signed in.
denied-why = None of your groups at the identity provider gives you a role here, so nothing can be shown or done.
denied-next = Ask the desk's administrator to put you into a group, then read again; or sign out and sign in as somebody else.
