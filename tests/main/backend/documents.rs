//! What machines and readers of the contract get: document, page, health, metrics, headers.

use serde_json::Value;

use super::harness::on_each;

#[test]
fn the_document_is_openapi_3_1_and_its_page_works_offline() {
    on_each(|backend| async move {
        let get = |path: &'static str| reqwest::get(format!("{}{path}", backend.server.url()));
        let document: Value = get("/openapi.json")
            .await
            .expect("an answer")
            .json()
            .await
            .expect("JSON");
        assert!(document["openapi"].as_str().is_some_and(|v| v.starts_with("3.1")));
        let paths = document["paths"].as_object().expect("paths");
        for path in [
            "/api/v1/accounts/search",
            "/api/v1/tokens/{id}/reissue",
            "/api/v1/support/tickets/{id}/close",
        ] {
            assert!(paths.contains_key(path), "{path}");
        }
        let words = |name: &str| &document["components"]["schemas"][name]["enum"];
        assert_eq!(
            *words("Priority"),
            serde_json::json!(["low", "medium", "high", "urgent"])
        );
        assert_eq!(words("Permission")[0], "account.search");
        let page = get("/docs/")
            .await
            .expect("an answer")
            .text()
            .await
            .expect("a page");
        assert!(
            page.contains("swagger") && !page.contains("https://"),
            "nothing is loaded from elsewhere"
        );
    });
}

#[test]
fn health_readiness_and_metrics_answer_without_a_sign_in() {
    on_each(|backend| async move {
        let get = |path: &'static str| reqwest::get(format!("{}{path}", backend.server.url()));
        assert_eq!(get("/healthz").await.expect("an answer").status(), 200);
        assert_eq!(get("/readyz").await.expect("an answer").status(), 200);
        backend.agent().me().await.expect("me");
        let text = get("/metrics")
            .await
            .expect("an answer")
            .text()
            .await
            .expect("text");
        assert!(text.contains("route=\"/api/v1/me\""), "{text}");
        assert!(text.trim_end().ends_with("# EOF"));
    });
}

#[test]
fn a_client_of_another_contract_is_told_so_and_answers_carry_safe_headers() {
    on_each(|backend| async move {
        let old = backend
            .raw("GET", "/api/v1/me")
            .header("tokendesk-contract", "999")
            .send()
            .await;
        assert_eq!(old.expect("an answer").status(), 426);
        let answer = backend.raw("GET", "/api/v1/me").send().await.expect("an answer");
        assert_eq!(answer.headers()["tokendesk-contract"], "1");
        assert_eq!(answer.headers()["cache-control"], "no-store");
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
    });
}

#[test]
fn bodies_that_are_too_large_or_no_json_are_refused() {
    on_each(|backend| async move {
        let post = || {
            backend
                .raw("POST", "/api/v1/accounts/search")
                .header("content-type", "application/json")
        };
        let large = post().body(vec![b' '; 2 << 20]).send().await.expect("an answer");
        assert_eq!(large.status(), 413);
        let broken = post().body("{\"q\": ").send().await.expect("an answer");
        assert_eq!(broken.status(), 400);
        let text = backend
            .raw("POST", "/api/v1/accounts/search")
            .body("q=x")
            .send()
            .await
            .expect("an answer");
        assert_eq!(text.status(), 415);
    });
}
