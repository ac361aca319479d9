//! The picture of an offer: fetched from where the desk keeps them, taken apart, made small, and written anew, so that
//! nothing but pixels reaches a terminal.

use std::future::Future;
use std::io::Cursor;
use std::pin::Pin;
use std::sync::Arc;

use tokio::sync::Semaphore;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::{Actor, ServiceError, Services};
use crate::domain::id::OfferId;
use crate::domain::permission::Permission;
use crate::domain::picture::{LONGEST, PictureError, Pixels, allowed};
use crate::server::store::offers;

/// Largest file that is looked at, in bytes.
pub const MOST_BYTES: usize = 5 << 20;
/// Most columns of pixels that are sent.
const WIDEST: u32 = 480;
/// Most rows of pixels that are sent.
const HIGHEST: u32 = 320;
/// So many pictures are taken apart at the same time: each takes memory and a processor.
const AT_ONCE: usize = 2;

/// Why a picture could not be fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotFetched {
    /// There is none.
    #[error("the picture of this offer is not there")]
    Missing,
    /// Its file is larger than [`MOST_BYTES`].
    #[error("the picture of this offer is larger than 5 MiB")]
    TooLarge,
    /// It cannot be read for now.
    #[error("the pictures cannot be read for the moment")]
    Unreadable,
}

/// A picture on its way.
pub type Fetching<'a> = Pin<Box<dyn Future<Output = Result<Vec<u8>, NotFetched>> + Send + 'a>>;

/// Where pictures are kept.
pub trait Album: Send + Sync {
    /// The bytes under a path of the catalog: relative, below the album, at most [`MOST_BYTES`].
    fn fetch<'a>(&'a self, path: &'a str) -> Fetching<'a>;
}

/// The pictures of a backend.
#[derive(Clone)]
pub struct Pictures {
    album: Option<Arc<dyn Album>>,
    turns: Arc<Semaphore>,
}

impl Pictures {
    /// Pictures from an album, or none at all.
    #[must_use]
    pub fn new(album: Option<Arc<dyn Album>>) -> Self {
        Self {
            album,
            turns: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }
}

impl Services {
    /// The picture of an offer as a PNG of at most 480 by 320 pixels.
    ///
    /// # Errors
    /// When the person may not, there is no such offer or picture, or it is none that can be shown.
    pub async fn offer_picture(&self, actor: &Actor, id: OfferId) -> Result<Vec<u8>, ServiceError> {
        self.allow(actor, Permission::OfferView).await?;
        let offer = offers::find(self.store.read(), id)
            .await?
            .ok_or(ServiceError::NotFound("there is no such offer"))?;
        let album = self.pictures.album.as_ref();
        let (false, Some(album)) = (offer.image.is_empty(), album) else {
            return Err(ServiceError::NotFound("this offer has no picture here"));
        };
        let bytes = album.fetch(&offer.image).await.map_err(|why| match why {
            NotFetched::Missing => ServiceError::NotFound("the picture of this offer is not there"),
            NotFetched::TooLarge => refused(&why.to_string()),
            NotFetched::Unreadable => ServiceError::Unavailable,
        })?;
        // a picture that is waited for too long is not wanted any more: the permit is given back with the request
        let turn = Arc::clone(&self.pictures.turns).acquire_owned().await;
        let turn = turn.map_err(|_| ServiceError::Unavailable)?;
        let made = tokio::task::spawn_blocking(move || {
            let made = anew(&bytes);
            drop(turn);
            made
        });
        match made.await {
            Ok(Ok(png)) => Ok(png),
            Ok(Err(why)) => Err(refused(&format!(
                "the picture of this offer cannot be shown: {why}"
            ))),
            Err(error) => Err(ServiceError::Internal(error.to_string())),
        }
    }
}

fn refused(detail: &str) -> ServiceError {
    ServiceError::Illegal {
        code: "bad_picture",
        detail: detail.to_owned(),
    }
}

/// Takes a picture apart and writes it anew, small.
fn anew(bytes: &[u8]) -> Result<Vec<u8>, PictureError> {
    read(bytes)?.within(WIDEST, HIGHEST).to_png()
}

/// Reads a picture in any format that is allowed, told by its first bytes, never by its name.
fn read(bytes: &[u8]) -> Result<Pixels, PictureError> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => Pixels::from_png(bytes),
        [0xff, 0xd8, 0xff, ..] => from_jpeg(bytes),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => from_webp(bytes),
        _ => Err(PictureError::Format),
    }
}

fn from_jpeg(bytes: &[u8]) -> Result<Pixels, PictureError> {
    let longest = LONGEST as usize;
    let options = DecoderOptions::default()
        .set_max_width(longest)
        .set_max_height(longest)
        .jpeg_set_max_scans(100)
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(|_| PictureError::Damaged)?;
    let info = decoder.info().ok_or(PictureError::Damaged)?;
    let (width, height) = (u32::from(info.width), u32::from(info.height));
    allowed(width.into(), height.into())?;
    let rgb = decoder.decode().map_err(|_| PictureError::Damaged)?;
    Pixels::opaque(width, height, &rgb)
}

fn from_webp(bytes: &[u8]) -> Result<Pixels, PictureError> {
    let damaged = |_| PictureError::Damaged;
    let mut decoder = image_webp::WebPDecoder::new(Cursor::new(bytes)).map_err(damaged)?;
    decoder.set_memory_limit(64 << 20);
    let (width, height) = decoder.dimensions();
    allowed(width.into(), height.into())?;
    let size = decoder.output_buffer_size().ok_or(PictureError::Damaged)?;
    let mut raw = vec![0; size];
    decoder.read_image(&mut raw).map_err(damaged)?;
    if decoder.has_alpha() {
        Pixels::new(width, height, raw)
    } else {
        Pixels::opaque(width, height, &raw)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_written_anew_and_small() {
        let rgba = [10, 200, 30, 255].repeat(960 * 640);
        let large = Pixels::new(960, 640, rgba)
            .expect("pixels")
            .to_png()
            .expect("written");
        let small = Pixels::from_png(&anew(&large).expect("read")).expect("a png");
        assert_eq!((small.width(), small.height()), (480, 320));
        assert_eq!(small.at(7, 7), [10, 200, 30, 255]);
    }

    #[test]
    fn formats_are_told_by_their_bytes() {
        for (bytes, why) in [
            (&b"GIF89a"[..], PictureError::Format),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", PictureError::Format),
            (b"", PictureError::Format),
            (b"\x89PNG\r\n\x1a\nnonsense", PictureError::Damaged),
            (b"\xff\xd8\xff\xe0nonsense", PictureError::Damaged),
            (b"RIFF\0\0\0\0WEBPnonsense", PictureError::Damaged),
        ] {
            assert_eq!(anew(bytes), Err(why), "{bytes:?}");
        }
    }

    #[test]
    fn a_webp_and_a_jpeg_are_read() {
        let mut webp = Vec::new();
        let encoder = image_webp::WebPEncoder::new(&mut webp);
        let rgba = [200, 10, 30, 255].repeat(12);
        encoder
            .encode(&rgba, 4, 3, image_webp::ColorType::Rgba8)
            .expect("written");
        let read = Pixels::from_png(&anew(&webp).expect("read")).expect("a png");
        assert_eq!(
            (read.width(), read.height(), read.at(1, 1)),
            (4, 3, [200, 10, 30, 255])
        );
        let jpeg = include_bytes!("../../../tests/data/pictures/red.jpg");
        let read = Pixels::from_png(&anew(jpeg).expect("read")).expect("a png");
        let [r, g, b, alpha] = read.at(2, 2);
        assert!(r > 180 && g < 60 && b < 60 && alpha == 255, "{:?}", read.at(2, 2));
    }
}
