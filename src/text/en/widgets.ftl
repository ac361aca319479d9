# Dialogs, forms, tables and pickers.

widget-cancel = Cancel
widget-close = Close
widget-own-words = In your own words
widget-optional = { $label } (if you like)
widget-field-needed = { $label } is needed.
widget-choice-needed = { $label }: choose one by its digit.
widget-words-needed = { $label }: write { $least } characters or more.
widget-reason-needed = Choose a reason by its digit, or write { $least } characters or more.
widget-column = column { $column }: { $what }
widget-nothing-fits = Nothing fits what you typed.
widget-hint = { $keys } { $what }
sheet-reason = Reason
sheet-reason-hint = a digit, or your own words
sheet-say-here = { $label } (here): { $value }
sheet-say-field = { $label }: { $value }

act-keys = { $send } { $verb }   { $back } Cancel
act-again = { $why } What you wrote is kept. “{ $verb }” again asks for the very same, and it happens once at most.
act-stale = Somebody changed it meanwhile: { $changed }. What you wrote is kept; “{ $verb }” again does it on what is there now.
act-leave = What you wrote is not sent. Esc again throws it away; “{ $verb }” sends it.
