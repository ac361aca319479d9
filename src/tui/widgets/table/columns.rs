//! Which columns there is room for, and where they stand.

use ratatui::layout::Rect;

use super::{Column, GAP, LEAD, Width};

/// Where a column stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Which column.
    pub column: usize,
    /// Its first column of the terminal.
    pub x: u16,
    /// Its width.
    pub width: u16,
}

fn least(column: &Column<'_>) -> u16 {
    match column.width {
        Width::Fixed(wide) => wide,
        Width::Grow { least, .. } => least,
    }
}

fn share(column: &Column<'_>) -> u16 {
    match column.width {
        Width::Fixed(_) => 0,
        Width::Grow { share, .. } => share,
    }
}

/// The columns that fit, left to right. Those of the highest rank go first, the last of them before the others.
pub(super) fn places(columns: &[Column<'_>], area: Rect) -> Vec<Place> {
    let room = area.width.saturating_sub(LEAD);
    let mut kept: Vec<usize> = (0..columns.len()).collect();
    let needs = |kept: &[usize]| -> u32 {
        let texts: u32 = kept
            .iter()
            .filter_map(|at| columns.get(*at))
            .map(|c| u32::from(least(c)))
            .sum();
        texts + u32::from(GAP) * u32::try_from(kept.len().saturating_sub(1)).unwrap_or(0)
    };
    while needs(&kept) > u32::from(room) {
        let ranked = kept.iter().copied().filter(|at| columns[*at].rank > 0);
        let Some(gone) = ranked.max_by_key(|at| (columns[*at].rank, *at)) else {
            break;
        };
        kept.retain(|at| *at != gone);
    }
    let spare = u32::from(room).saturating_sub(needs(&kept));
    let shares: u32 = kept.iter().map(|at| u32::from(share(&columns[*at]))).sum();
    let mut places = Vec::with_capacity(kept.len());
    let mut x = area.x.saturating_add(area.width.min(LEAD));
    let (mut given, mut seen) = (0u32, 0u32);
    for at in kept {
        seen += u32::from(share(&columns[at]));
        // what is given so far is rounded, so that all of it is given in the end
        let upto = (spare * seen).checked_div(shares).unwrap_or(0);
        let extra = u16::try_from(upto - given).unwrap_or(0);
        given = upto;
        let width = (least(&columns[at]) + extra).min(area.right().saturating_sub(x));
        if width == 0 {
            break;
        }
        places.push(Place { column: at, x, width });
        x = x.saturating_add(width + GAP).min(area.right());
    }
    places
}
