# Dialogs, forms, tables and pickers.
