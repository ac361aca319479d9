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
