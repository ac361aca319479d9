# Dialogs, forms, tables and pickers.

widget-column = column { $column }: { $what }
widget-column-alone = column { $column }
sheet-reason = Reason
sheet-reason-hint = a digit, or your own words
sheet-say-here = { $label } (here): { $value }
sheet-say-field = { $label }: { $value }

act-keys = { $send } { $verb }   { $back } Cancel
act-again = { $why } What you wrote is kept. “{ $verb }” again asks for the very same, and it happens once at most.
act-lost = { $why } What you wrote is kept; “{ $verb }” sends it again.
act-somebody = Somebody
act-changed-by = { $who } ({ $what } { $when })
act-stale = { $who } changed it meanwhile: { $changed }. What you wrote is kept; “{ $verb }” again does it on what is there now.
act-stale-over = { $who } changed it meanwhile: { $changed }. { $why } Nothing was done.
act-leave = What you wrote is not sent. Esc again throws it away; “{ $verb }” sends it.

# Picking from a list.
pick-empty = There is nothing to pick.
pick-keys = { $own }   { $back } Close
pick-say = { $at } of { $of }: { $text }
sort-title = Sort by
sort-keys = enter Sort by this   space Add or take away   - Turn round   0 Own order
sort-date-falling = newest first
sort-date-rising = oldest first
sort-end-rising = soonest first
sort-end-falling = latest first
sort-number-falling = highest first
sort-number-rising = lowest first
sort-text-falling = Z to A
sort-text-rising = A to Z
sort-words-falling = last kind first
sort-words-rising = first kind first

# The query as a form, and completion.
form-title = Which { $noun }s?
form-words = words
form-words-hint = words and "phrases" in names and descriptions; a - before one: without it
form-sort = sort
form-keys = { $confirm } Show   { $back } Cancel   → Complete   a ! before a value: without it
complete-title = tab
complete-say = Ways to complete it: { $all }
live-not-asked = The query has a mistake, so it was not asked; the rows are those of the query before.
live-mend-first = Mend or clear the query first: it cannot be read.
