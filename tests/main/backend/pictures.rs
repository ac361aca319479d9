//! Pictures of offers: made anew within limits, and never more than pixels.

use std::sync::Arc;

use tokendesk::domain::id::OfferId;
use tokendesk::domain::offer::Offer;
use tokendesk::domain::picture::Pixels;
use tokendesk::server::services::pictures::{Album, Fetching, NotFetched};
use tokendesk::server::store::offers;

use super::harness::{Backend, offer, on_each, on_each_with};

/// An album with what partners send.
struct Sent;

/// A small picture that claims to have 32,767 by 32,767 pixels.
fn bomb() -> Vec<u8> {
    let mut png = photo(4, 4);
    png[16..24].copy_from_slice(&[0, 0, 0x7f, 0xff, 0, 0, 0x7f, 0xff]);
    let mut crc = u32::MAX;
    for byte in &png[12..29] {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 {
                (crc >> 1) ^ 0xedb8_8320
            } else {
                crc >> 1
            };
        }
    }
    png[29..33].copy_from_slice(&(!crc).to_be_bytes());
    png
}

fn photo(width: u32, height: u32) -> Vec<u8> {
    let rgba = [200, 30, 30, 255].repeat((width * height) as usize);
    Pixels::new(width, height, rgba)
        .expect("pixels")
        .to_png()
        .expect("written")
}

impl Album for Sent {
    fn fetch<'a>(&'a self, path: &'a str) -> Fetching<'a> {
        let bytes = match path {
            "large.png" => Ok([photo(900, 300), b"<script>left over</script>".to_vec()].concat()),
            "bomb.png" => Ok(bomb()),
            "page.png" => Ok(b"<html>not a picture</html>".to_vec()),
            "huge.png" => Err(NotFetched::TooLarge),
            "broken.png" => Err(NotFetched::Unreadable),
            _ => Err(NotFetched::Missing),
        };
        Box::pin(async move { bytes })
    }
}

async fn with_image(backend: &Backend, image: &str) -> OfferId {
    let offer = Offer {
        image: image.to_owned(),
        ..offer(&format!("P-{image}"), "Free coffee")
    };
    let tx = backend
        .server
        .services
        .store
        .begin()
        .await
        .expect("a transaction");
    offers::insert(&tx, &offer).await.expect("an offer");
    tx.commit().await.expect("a commit");
    offer.id
}

async fn get(backend: &Backend, id: OfferId) -> reqwest::Response {
    let path = format!("/api/v1/offers/{id}/image");
    backend.raw("GET", &path).send().await.expect("an answer")
}

#[test]
fn a_picture_is_sent_small_as_nothing_but_pixels() {
    on_each_with(
        |setup| setup.album = Some(Arc::new(Sent)),
        |backend| async move {
            let id = with_image(&backend, "large.png").await;
            let answer = get(&backend, id).await;
            assert_eq!(answer.status(), 200);
            for (name, value) in [
                ("content-type", "image/png"),
                ("x-content-type-options", "nosniff"),
                ("cache-control", "no-store"),
            ] {
                assert_eq!(answer.headers()[name], value);
            }
            let body = answer.bytes().await.expect("a body");
            assert!(!body.windows(8).any(|bytes| bytes == b"<script>"), "only pixels");
            let (png, pixels) = backend.agent().offer_image(id).await.expect("a picture");
            assert_eq!(png, body);
            assert_eq!(
                (pixels.width(), pixels.height(), pixels.at(7, 7)),
                (480, 160, [200, 30, 30, 255])
            );
        },
    );
}

#[test]
fn what_cannot_be_shown_is_refused_with_its_reason() {
    on_each_with(
        |setup| setup.album = Some(Arc::new(Sent)),
        |backend| async move {
            for (image, status, says) in [
                ("bomb.png", 409, "32767 by 32767 pixels"),
                ("page.png", 409, "neither PNG nor JPEG nor WebP"),
                ("huge.png", 409, "larger than 5 MiB"),
                ("absent.png", 404, "not there"),
                ("broken.png", 503, "try again"),
                ("", 404, "no picture"),
            ] {
                let id = with_image(&backend, image).await;
                let answer = get(&backend, id).await;
                assert_eq!(answer.status(), status, "{image} on {}", backend.kind);
                let problem: serde_json::Value = answer.json().await.expect("a problem");
                assert!(
                    problem["detail"].as_str().is_some_and(|d| d.contains(says)),
                    "{image}: {problem}"
                );
            }
            assert_eq!(get(&backend, OfferId::new()).await.status(), 404);
        },
    );
}

#[test]
fn a_backend_without_pictures_says_so() {
    on_each(|backend| async move {
        let id = with_image(&backend, "large.png").await;
        let error = backend.agent().offer_image(id).await.expect_err("none");
        assert!(error.detail.contains("no picture here"), "{error}");
    });
}
