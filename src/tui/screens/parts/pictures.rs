//! The picture of the offer that is shown: read after the rest of the cursor, kept for a while, and a place for it.

use std::collections::VecDeque;
use std::sync::Arc;

use ratatui::layout::Rect;

use super::ask_latest;
use crate::domain::id::OfferId;
use crate::tui::flow::{Answer, ApiCall, Ctx, Effect, Latest, Picture, Placed, Reply, RequestId};

/// So many pictures are kept; many tokens have the same.
const KEPT: usize = 24;
/// Columns that a picture takes, at most.
const COLS: u16 = 16;
/// Rows that a picture takes, at most.
const ROWS: u16 = 7;
/// Columns between a picture and what stands beside it.
const GAP: u16 = 2;

/// The picture of what is shown.
#[derive(Debug, Default)]
pub struct Pictures {
    /// By offer, newest last; `None`: there is none, or it cannot be shown.
    known: VecDeque<(OfferId, Option<Arc<Picture>>)>,
    /// Of which offer it is wanted.
    of: Option<OfferId>,
    asked: Latest,
    place: Option<Rect>,
}

impl Pictures {
    /// From now on the picture of this offer is wanted; `image`: what the offer says of it.
    pub fn show(&mut self, offer: Option<OfferId>, image: &str, ctx: &Ctx<'_>) -> Vec<Effect> {
        let wanted = offer.filter(|_| ctx.pictures && !image.is_empty());
        if self.of == wanted && (wanted.is_none() || self.asked.is_waiting()) {
            return Vec::new();
        }
        self.of = wanted;
        match wanted {
            Some(offer) if !self.known.iter().any(|(id, _)| *id == offer) => {
                ask_latest(&mut self.asked, ctx.request(), ApiCall::Picture(offer))
            }
            _ => self.asked.forget().into_iter().map(Effect::Cancel).collect(),
        }
    }

    /// Takes the answer; gives it back when it is for somebody else.
    pub fn reply(&mut self, id: RequestId, reply: Reply) -> Option<(RequestId, Reply)> {
        if !self.asked.takes(id) {
            return Some((id, reply));
        }
        let offer = self.of?;
        let picture = match reply {
            Ok(Answer::Picture(picture)) => Some(picture),
            // a picture that the way was lost for may come another time
            Err(error) if error.code.is_none() => return None,
            Ok(_) | Err(_) => None,
        };
        self.known.push_back((offer, picture));
        if self.known.len() > KEPT {
            self.known.pop_front();
        }
        None
    }

    fn picture(&self) -> Option<&Arc<Picture>> {
        let of = self.of?;
        self.known
            .iter()
            .find(|(id, _)| *id == of)
            .and_then(|(_, picture)| picture.as_ref())
    }

    /// Keeps a place at the left of an area free, when there is or may soon be a picture and there is room for it. Gives
    /// back what is left of the area.
    pub fn keep_place(&mut self, area: Rect) -> Rect {
        let coming = self.of.is_some() && (self.asked.is_waiting() || self.picture().is_some());
        let room = area.width >= 3 * COLS && area.height >= 3;
        if !coming || !room {
            self.place = None;
            return area;
        }
        self.place = Some(Rect {
            width: COLS,
            height: area.height.min(ROWS),
            ..area
        });
        Rect {
            x: area.x + COLS + GAP,
            width: area.width - COLS - GAP,
            ..area
        }
    }

    /// Nothing is shown in this frame.
    pub fn leave(&mut self) {
        self.place = None;
    }

    /// The picture and its place, as it was drawn last.
    #[must_use]
    pub fn placed(&self) -> Option<Placed> {
        Some(Placed {
            picture: Arc::clone(self.picture()?),
            area: self.place?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{World, call, uuid};
    use super::*;
    use crate::domain::picture::Pixels;
    use crate::tui::flow::{CallError, Trouble};
    use crate::wire::problem::Code;

    fn offer(n: u64) -> OfferId {
        OfferId(uuid(n))
    }

    fn picture(n: u64) -> Answer {
        let pixels = Pixels::new(2, 1, vec![255; 8]).expect("pixels");
        let png = pixels.to_png().expect("written");
        Answer::Picture(Arc::new(Picture {
            offer: offer(n),
            png,
            pixels,
        }))
    }

    const AREA: Rect = Rect::new(40, 20, 80, 12);

    #[test]
    fn a_picture_is_asked_for_once_and_has_its_place_from_then_on() {
        let mut world = World::new(120, 40);
        world.pictures = true;
        let mut pictures = Pictures::default();
        assert_eq!(pictures.keep_place(AREA), AREA, "none is wanted");
        let (id, asked) = call(&pictures.show(Some(offer(1)), "one.png", &world.ctx()));
        assert!(matches!(asked, ApiCall::Picture(of) if of == offer(1)));
        assert!(
            pictures.keep_place(AREA).x > AREA.x,
            "the place is free before it comes"
        );
        assert!(pictures.placed().is_none());
        assert!(pictures.reply(id, Ok(picture(1))).is_none());
        pictures.keep_place(AREA);
        let placed = pictures.placed().expect("placed");
        assert_eq!(
            (placed.area.x, placed.area.width, placed.area.height),
            (40, 16, 7)
        );
        assert!(pictures.show(Some(offer(1)), "one.png", &world.ctx()).is_empty());
        assert!(pictures.show(None, "", &world.ctx()).is_empty());
        pictures.keep_place(AREA);
        assert!(pictures.placed().is_none(), "gone with what it belonged to");
        assert!(
            pictures.show(Some(offer(1)), "one.png", &world.ctx()).is_empty(),
            "known"
        );
        let small = Rect::new(0, 0, 40, 9);
        assert_eq!(pictures.keep_place(small), small, "no room");
        assert!(pictures.placed().is_none());
    }

    #[test]
    fn what_has_none_keeps_no_place_and_switched_off_nothing_is_asked() {
        let mut world = World::new(120, 40);
        let mut pictures = Pictures::default();
        assert!(
            pictures.show(Some(offer(1)), "one.png", &world.ctx()).is_empty(),
            "off"
        );
        world.pictures = true;
        assert!(
            pictures.show(Some(offer(1)), "", &world.ctx()).is_empty(),
            "it has none"
        );
        let (id, _) = call(&pictures.show(Some(offer(1)), "one.png", &world.ctx()));
        let mut none = CallError::new(Trouble::Refused, "The picture of this offer is not there.");
        none.code = Some(Code::NotFound);
        assert!(pictures.reply(id, Err(none)).is_none());
        assert_eq!(pictures.keep_place(AREA), AREA);
        assert!(
            pictures.show(Some(offer(1)), "one.png", &world.ctx()).is_empty(),
            "not asked again"
        );
        let (id, _) = call(&pictures.show(Some(offer(2)), "two.png", &world.ctx()));
        let lost = CallError::new(Trouble::Offline, "The backend cannot be reached.");
        assert!(pictures.reply(id, Err(lost)).is_none());
        assert_eq!(pictures.keep_place(AREA), AREA);
        assert_eq!(
            pictures.show(Some(offer(2)), "two.png", &world.ctx()).len(),
            1,
            "asked again"
        );
    }
}
