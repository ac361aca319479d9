# Dialogs, forms, tables and pickers.

widget-column = column { $column }: { $what }
sheet-reason = Reason
sheet-reason-hint = a digit, or your own words
sheet-say-here = { $label } (here): { $value }
sheet-say-field = { $label }: { $value }

act-keys = { $send } { $verb }   { $back } Cancel
act-again = { $why } What you wrote is kept. “{ $verb }” again asks for the very same, and it happens once at most.
act-lost = { $why } What you wrote is kept; “{ $verb }” sends it again.
act-stale = Somebody changed it meanwhile: { $changed }. What you wrote is kept; “{ $verb }” again does it on what is there now.
act-stale-over = Somebody changed it meanwhile: { $changed }. { $why } Nothing was done.
act-leave = What you wrote is not sent. Esc again throws it away; “{ $verb }” sends it.
