//! Widgets that know no ticket: table, query line, form, dialog, picker, toast, crumbs, hints.
