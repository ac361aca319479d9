//! An S3-like store for the tests. It checks each request's signature by Amazon's description, in code of its own
//! (<https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>), takes contents only whole, and keeps
//! them in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::StreamExt as _;
use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};
use tokendesk::config::sections::FileSettings;

/// The access key's id.
const ACCESS: &str = "desk";
/// Its secret.
const SECRET: &str = "a-secret-that-only-the-store-and-the-desk-know";

/// What is kept, by bucket and name.
type Kept = Arc<Mutex<BTreeMap<String, Bytes>>>;

/// A store at work.
pub struct Fake {
    url: String,
    kept: Kept,
}

/// The store, started once for all tests.
pub fn fake() -> &'static Fake {
    static FAKE: OnceLock<Fake> = OnceLock::new();
    FAKE.get_or_init(|| {
        let kept = Kept::default();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("set");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let app = Router::new().fallback(answer).with_state(kept.clone());
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
                axum::serve(listener, app).await.expect("served");
            });
        });
        Fake { url, kept }
    })
}

impl Fake {
    /// Settings that keep contents in this bucket, with the right secret or another one.
    pub fn settings(&self, bucket: &str, secret_is_right: bool) -> FileSettings {
        let secret = if secret_is_right { SECRET } else { "another secret" };
        FileSettings {
            s3_url: self.url.clone(),
            s3_bucket: bucket.to_owned(),
            s3_region: "eu-test-1".to_owned(),
            s3_access_key: ACCESS.to_owned(),
            s3_secret: vec![
                format!("command:printf %s '{secret}'")
                    .try_into()
                    .expect("a source"),
            ],
            ..FileSettings::default()
        }
    }

    /// What a bucket holds.
    pub fn kept(&self, bucket: &str) -> BTreeMap<String, Bytes> {
        let kept = self.kept.lock().expect("not poisoned");
        let begin = format!("/{bucket}/");
        kept.iter()
            .filter_map(|(path, bytes)| Some((path.strip_prefix(&begin)?.to_owned(), bytes.clone())))
            .collect()
    }
}

async fn answer(State(kept): State<Kept>, request: Request) -> Response {
    if !is_signed(&request) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let path = request.uri().path().to_owned();
    match *request.method() {
        Method::PUT => {
            let length = request.headers().get(header::CONTENT_LENGTH);
            let Some(length) = length.and_then(|v| v.to_str().ok()?.parse::<usize>().ok()) else {
                return StatusCode::LENGTH_REQUIRED.into_response();
            };
            let mut whole = Vec::new();
            let mut pieces = request.into_body().into_data_stream();
            while let Some(Ok(piece)) = pieces.next().await {
                whole.extend_from_slice(&piece);
            }
            if whole.len() != length {
                return StatusCode::BAD_REQUEST.into_response();
            }
            kept.lock().expect("not poisoned").insert(path, whole.into());
            StatusCode::OK.into_response()
        }
        Method::GET => match kept.lock().expect("not poisoned").get(&path) {
            Some(bytes) => Body::from(bytes.clone()).into_response(),
            None => StatusCode::NOT_FOUND.into_response(),
        },
        Method::DELETE => {
            kept.lock().expect("not poisoned").remove(&path);
            StatusCode::NO_CONTENT.into_response()
        }
        _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn keyed(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// Whether the address carries the signature that the secret gives.
fn is_signed(request: &Request) -> bool {
    let query = request.uri().query().unwrap_or_default();
    let (signature, mut others): (Vec<&str>, Vec<&str>) = query
        .split('&')
        .partition(|pair| pair.starts_with("X-Amz-Signature="));
    others.sort_unstable();
    let value = |name: &str| {
        let found = others
            .iter()
            .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        found.unwrap_or_default().replace("%2F", "/")
    };
    let credential = value("X-Amz-Credential");
    let Some(scope) = credential.strip_prefix(&format!("{ACCESS}/")) else {
        return false;
    };
    let [date, region, "s3", "aws4_request"] = scope.split('/').collect::<Vec<_>>()[..] else {
        return false;
    };
    let host = request
        .headers()
        .get(header::HOST)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    let canonical = format!(
        "{}\n{}\n{}\nhost:{host}\n\nhost\nUNSIGNED-PAYLOAD",
        request.method(),
        request.uri().path(),
        others.join("&")
    );
    let to_sign = format!(
        "AWS4-HMAC-SHA256\n{}\n{scope}\n{}",
        value("X-Amz-Date"),
        hex(&Sha256::digest(canonical.as_bytes()))
    );
    let mut key = keyed(format!("AWS4{SECRET}").as_bytes(), date);
    for part in [region, "s3", "aws4_request"] {
        key = keyed(&key, part);
    }
    let right = format!("X-Amz-Signature={}", hex(&keyed(&key, &to_sign)));
    signature == [right.as_str()]
}
