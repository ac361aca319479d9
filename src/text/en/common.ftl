# Words that every screen uses.

yes = yes
no = no
none = none
nothing = –
loading = Loading…
searching = Searching…
sending = Sending…
stale = shown as of { $when }
masked = masked
count-of = { $shown } of { $total }
count-more = more than { $count }
rows = { $count ->
    [one] { $count } row
   *[other] { $count } rows
}
retry-hint = Press { $keys } to try again.
confirm-first = Confirm the account first ({ $keys }).

# Time, relative to now.
time-now = just now
time-minutes-ago = { $n } min ago
time-hours-ago = { $n } h ago
time-days-ago = { $n ->
    [one] yesterday
   *[other] { $n } days ago
}
time-weeks-ago = { $n } weeks ago
time-months-ago = { $n } months ago
time-years-ago = { $n ->
    [one] 1 year ago
   *[other] { $n } years ago
}
time-soon = in a moment
time-in-minutes = in { $n } min
time-in-hours = in { $n } h
time-in-days = { $n ->
    [one] tomorrow
   *[other] in { $n } days
}
time-in-weeks = in { $n } weeks
time-in-months = in { $n } months
time-in-years = { $n ->
    [one] in 1 year
   *[other] in { $n } years
}

# Values of offers.
value-percent = { $number }%
value-points = { $number } pts

# Lists with a query line.
presence-looks = { $count ->
    [one] { $names } looks at this
   *[other] { $names } look at this
}
presence-types = { $count ->
    [one] { $names } is typing
   *[other] { $names } are typing
}
draft-kept = draft kept
draft-not-kept = the draft is not kept yet: the backend is asked again
draft-restored = what you typed before is back
draft-left = Draft kept: it comes back when you open this again.
news-moved = { $count } moved
news-new = { $count } new
news-line = { $what }: { $key } sorts anew
live-found = { $count } found
live-placeholder = field:value, words, sort:-field
live-say = Query: { $text }
live-say-typing = Typing the query: { $text }
live-say-mistake = Mistake at column { $column }: { $what }

act-conflict = { $label }: { $who } changed it { $when } to “{ $theirs }”; you wrote “{ $mine }”. { $keep } keeps yours, { $take } takes theirs ({ $left } to decide). Nothing was sent.
act-decided = All is decided. Enter again: { $verb }. Nothing was changed yet.
