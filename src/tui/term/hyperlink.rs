//! An address that can be followed where it stands (OSC 8), for terminals that know how; others show the text alone.

use std::fmt::Write as _;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::pictures::Around;
use super::sgr::{self, Look, PLAIN};

/// Knows which address is on the screen.
#[derive(Debug, Default)]
pub struct Hyperlinks {
    shown: Option<(String, Vec<Rect>)>,
}

impl Hyperlinks {
    /// The screen was cleared: nothing is there any more.
    pub fn forget(&mut self) {
        self.shown = None;
    }

    /// Turns what can be followed into what is wanted: an address and the pieces of rows where it stands in the frame.
    pub fn turn(&mut self, frame: &Buffer, wanted: Option<(&str, &[Rect])>) -> Around {
        // only what is plain text of an address goes into a sequence
        let wanted = wanted
            .filter(|(url, places)| !places.is_empty() && url.bytes().all(|byte| byte.is_ascii_graphic()))
            .map(|(url, places)| (url.to_owned(), places.to_vec()));
        if wanted == self.shown {
            return Around::default();
        }
        let mut around = Around::default();
        if let Some((_, places)) = self.shown.take() {
            around.spoiled = places.into_iter().reduce(Rect::union);
        }
        if let Some((url, places)) = &wanted {
            let mut out = "\x1b7".to_owned();
            for place in places {
                let area = place.intersection(frame.area);
                let Some(first) = frame.cell(area.as_position()).filter(|_| !area.is_empty()) else {
                    continue;
                };
                let _ = write!(out, "\x1b[{};{}H\x1b[m", area.y + 1, area.x + 1);
                sgr::change(&mut out, PLAIN, Look::of(first));
                let _ = write!(out, "\x1b]8;id=tokendesk;{url}\x1b\\");
                out.extend(
                    (area.x..area.right())
                        .filter_map(|x| frame.cell((x, area.y)))
                        .map(|cell| cell.symbol()),
                );
                out.push_str("\x1b]8;;\x1b\\");
            }
            out.push_str("\x1b8");
            around.after = out.into_bytes();
        }
        self.shown = wanted;
        around
    }
}

#[cfg(test)]
mod tests {
    use ratatui::style::{Color, Style};

    use super::*;

    #[test]
    fn what_stands_there_can_be_followed_until_it_is_gone() {
        let mut frame = Buffer::empty(Rect::new(0, 0, 20, 4));
        frame.set_string(2, 1, "https://", Style::new().fg(Color::Red));
        frame.set_string(2, 2, "a.example", Style::new());
        let places = [Rect::new(2, 1, 8, 1), Rect::new(2, 2, 9, 1)];
        let url = "https://a.example";
        let mut links = Hyperlinks::default();
        let first = links.turn(&frame, Some((url, &places)));
        assert_eq!(
            String::from_utf8(first.after).expect("text"),
            "\x1b7\x1b[2;3H\x1b[m\x1b[31m\x1b]8;id=tokendesk;https://a.example\x1b\\https://\x1b]8;;\x1b\\\
             \x1b[3;3H\x1b[m\x1b]8;id=tokendesk;https://a.example\x1b\\a.example\x1b]8;;\x1b\\\x1b8"
        );
        assert_eq!(links.turn(&frame, Some((url, &places))), Around::default());
        let gone = links.turn(&frame, None);
        assert_eq!((gone.spoiled, gone.after.len()), (Some(Rect::new(2, 1, 9, 2)), 0));
        let hostile = links.turn(&frame, Some(("https://a\x1b\\\x07", &places)));
        assert_eq!(hostile, Around::default(), "nothing gets out of the sequence");
    }
}
