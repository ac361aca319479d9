//! Values over time in a few rows: the tallest reaches the top, and what it is stands at the left.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::UP;
use crate::tui::theme::Role;
use crate::tui::widgets::{Look, stroke};

/// Values over time, ready to be drawn. A value that is not there leaves a gap.
#[derive(Debug, Clone, Copy)]
pub struct Spark<'a> {
    values: &'a [Option<u64>],
    most: u64,
    role: Role,
    lit: Option<usize>,
}

impl<'a> Spark<'a> {
    /// These values, oldest first.
    #[must_use]
    pub fn new(values: &'a [Option<u64>]) -> Self {
        Self {
            values,
            most: values.iter().flatten().copied().max().unwrap_or(0),
            role: Role::Accent,
            lit: None,
        }
    }

    /// A value of this reaches the top.
    #[must_use]
    pub fn most(self, most: u64) -> Self {
        Self { most, ..self }
    }

    /// In this role.
    #[must_use]
    pub fn role(self, role: Role) -> Self {
        Self { role, ..self }
    }

    /// The value under the cursor.
    #[must_use]
    pub fn lit(self, lit: Option<usize>) -> Self {
        Self { lit, ..self }
    }

    /// The values put together so that there are at most so many: each is the mean of its own.
    fn gathered(self, cols: usize) -> Vec<Option<u64>> {
        let count = self.values.len();
        if count <= cols || cols == 0 {
            return self.values.to_vec();
        }
        (0..cols)
            .map(|at| {
                let (from, to) = (at * count / cols, (at + 1) * count / cols);
                let some: Vec<u64> = self.values[from..to].iter().flatten().copied().collect();
                let count = u64::try_from(some.len()).unwrap_or(0);
                (count > 0).then(|| some.iter().sum::<u64>() / count)
            })
            .collect()
    }

    /// Draws them at the full height of the area, as wide as fits without a remainder.
    pub fn draw(self, area: Rect, buf: &mut Buffer, look: Look<'_>) {
        let area = area.intersection(buf.area);
        if area.is_empty() || self.values.is_empty() {
            return;
        }
        let values = self.gathered(usize::from(area.width));
        let wide = (area.width / u16::try_from(values.len()).unwrap_or(u16::MAX).max(1)).clamp(1, 6);
        let ascii = look.theme.is_ascii();
        let most = u128::from(self.most.max(1));
        // where values were put together, the cursor is on the one that holds its own
        let count = self.values.len().max(1);
        let lit = self.lit.map(|lit| lit * values.len() / count);
        let places = (area.x..area.right()).step_by(usize::from(wide));
        for ((at, value), x) in values.iter().enumerate().zip(places) {
            let style = if lit == Some(at) {
                look.style(Role::Focus).add_modifier(Modifier::REVERSED)
            } else {
                look.style(self.role)
            };
            let Some(value) = value else { continue };
            let steps = u128::from(area.height) * 8;
            let tall = (u128::from(*value).min(most) * steps + most / 2) / most;
            let tall = usize::try_from(tall).unwrap_or(0).max(usize::from(*value > 0));
            for (row, y) in (area.y..area.bottom()).rev().enumerate() {
                let eighths = tall.saturating_sub(row * 8).min(8);
                let sign = match (ascii, eighths) {
                    (true, 0) => " ",
                    (true, 1..=4) => ".",
                    (true, _) => ":",
                    (false, eighths) => UP[eighths],
                };
                // a gap between wide ones, so that they can be counted
                let room = if wide > 2 { wide - 1 } else { wide };
                let text = sign.repeat(usize::from(room));
                stroke::line(buf, x, y, room, &text, style);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::Theme;
    use crate::tui::widgets::testing::{drawn, look};

    #[test]
    fn values_stand_in_proportion_with_gaps() {
        let values: Vec<Option<u64>> = [3, 0, 8, 16, 12, 1]
            .into_iter()
            .map(Some)
            .chain([None, Some(16)])
            .collect();
        let rich = drawn(16, 2, |area, buf| Spark::new(&values).draw(area, buf, look()));
        let theme = Theme::mono().with_ascii(true);
        let plain = drawn(40, 3, |area, buf| {
            Spark::new(&values).draw(
                area,
                buf,
                Look {
                    theme: &theme,
                    ..look()
                },
            );
        });
        insta::assert_snapshot!(format!("{rich}--\n{plain}"));
    }

    #[test]
    fn many_values_are_put_together() {
        let values: Vec<Option<u64>> = (0..365).map(Some).collect();
        let spark = Spark::new(&values);
        let gathered = spark.gathered(10);
        assert_eq!(gathered.len(), 10);
        assert!(gathered.windows(2).all(|pair| pair[0] < pair[1]), "{gathered:?}");
        assert_eq!(Spark::new(&[]).gathered(10), Vec::new());
        for cols in 0..5 {
            drawn(cols, 2, |area, buf| spark.draw(area, buf, look()));
        }
    }
}
