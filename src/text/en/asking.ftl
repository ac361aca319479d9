# Asking lists: saved queries, counts by value, export.

presets-title = Saved queries
presets-now = Asked now: { $query }
presets-now-all = Asked now: everything
presets-everything = everything
presets-none = No query is saved yet. P saves the present one under a name and a number key.
presets-keys =
    enter or its number Ask   P Save the present one   e Change
    r Replace its query   x Retire   K J Other key
presets-own = yours
presets-own-shared = yours, shared
presets-of = shared by { $owner }
presets-broken-short = cannot be read
presets-not-yours = This one belongs to { $owner }: it can be asked, not changed. P saves one of your own.
presets-say = Saved queries: { $all }. { $key } shows all of them.
presets-nothing-on = No query is saved on { $n }. { $save } saves the present one there.
presets-cannot-read = “{ $name }” cannot be asked any more: { $why }
presets-failed = The saved queries could not be read: { $why }
presets-save-title = Save the query
presets-edit-title = Change the saved query
presets-save-verb = Save
presets-name = Name
presets-name-missing = Give it a name.
presets-name-taken = You have one of this name. Take another name, or replace that one's query in the list of saved queries.
presets-query = Query
presets-query-hint = empty: everything
presets-for = For
presets-for-me = me
presets-for-all = everybody at the desk
presets-slot = Number key
presets-slot-hint = 1 to 9; empty: on none
presets-slot-wrong = Write a digit from 1 to 9, or leave it empty.
presets-keys-taken = On keys: { $all }. A key that is taken by one of yours changes hands.
presets-keys-free = All number keys are free.
presets-saved = Saved “{ $name }”.
presets-saved-on = Saved “{ $name }” on { $key }.
presets-changed = it is called “{ $name }” and asks { $query }
presets-replace-title = Replace the query of “{ $name }”?
presets-replace-old = Before: { $old }
presets-replace-new = From now on: { $new }
presets-replace-verb = Replace
presets-retire-title = Retire “{ $name }”?
presets-retire-own = It is gone from your list and its key is free. Rows are not touched.
presets-retire-shared = It is gone for everybody at the desk. Rows are not touched.
presets-retire-verb = Retire
presets-retired = Retired “{ $name }”.

facets-title = Tokens by value
facets-now = Of { $query }
facets-now-all = Of all tokens
facets-keys =
    space Add or take away   enter Pick and close   - Without it
    0 None of this field   tab Next field
facets-empty = No token fits the query.
facets-none = none
facets-more = { $count }+
facets-capped = The counts are of the first 10,000 tokens.
facets-out = without
doing-preset-add = saving a query
doing-preset-change = changing a saved query
token-col-owner = customer
complete-offers = { $count ->
    [one] in 1 offer
   *[other] in { $count } offers
}

all-tokens-crumb = All tokens
all-tokens-title = tokens of the whole desk
all-tokens-empty = No token of the desk fits. { $key } changes the query.
all-tokens-whose = the whole desk
all-tokens-in-wallet = One token is changed in its wallet: { $open } opens it there. Several are planned here: mark them with { $mark }.
all-tokens-say-keys = { $open } opens the wallet at this token. { $filter } writes into the query line.

plans-crumb = Plans
plans-title = your plans, newest first
plans-empty = You made no plan yet. In a list of tokens: mark some, then the key of a verb.
plans-col-made = made
plans-col-what = what
plans-col-state = where it stands
plans-col-counts = rows
plans-col-reason = reason
plans-rows = { $done } of { $all } done
plans-rows-failed = { $count } not done
plans-rows-skipped = { $count } left out
plans-state-ready = not begun
plans-state-over = too old now
plans-state-waiting = waits for approval
plans-state-refused = refused
plans-state-stopped = stopped: can go on
plans-state-partly = done but for some
plans-state-done = done
undo-plan-title = Take a whole plan back: { $what }?
undo-plan-line = { $count } tokens are put back as they were, row by row. What has moved on since is left out, and said.

export-title = Write to a file
export-all = All tokens of this list.
export-all-counted = All { $count } tokens of this list.
export-of = All tokens of { $query }
export-of-counted = All { $count } tokens of { $query }
export-line = No name, address or number of a customer goes into the file. The audit keeps that it was written, not the query.
export-format = Format
export-csv = CSV (for spreadsheets)
export-json = JSON (as scripts get it)
export-path = File
export-path-hint = a path; ~ is your home
export-path-missing = Say where the file is to be.
export-begun = Counting…
export-writing = { $done } of { $all } rows written
export-taken = There is a file { $path } already. Enter replaces it, Esc takes another name.
export-called-off = It was called off; no file is left.
export-failed = { $path } cannot be written: { $why }. No file is left.
export-written = { $rows } tokens written to { $path }
export-written-other = { $rows } tokens written to { $path }; when it was begun, there were { $expected }
export-keys = { $confirm } Next, then write   { $back } Cancel
export-keys-taken = { $confirm } Replace it   { $back } Another name
export-keys-writing = { $back } Call it off
