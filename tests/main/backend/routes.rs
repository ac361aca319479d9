//! Every route × every kind of person, from the OpenAPI document, against the table in docs/permissions.md.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::harness::{Backend, on_each};

const TABLE: &str = include_str!("../../../docs/permissions.md");

/// Who is sent to each route: the heading of their column, and their test token (`name:group`).
const PEOPLE: [(&str, Option<&str>); 8] = [
    ("anonymous", None),
    ("no role", Some("nora:strangers")),
    ("pending", Some("pete:newcomers")),
    ("customer", Some("carl:customers")),
    ("agent", Some("ana:agents")),
    ("engineer", Some("edda:engineers")),
    ("supervisor", Some("sue:supervisors")),
    ("admin", Some("ada:admins")),
];

/// Routes that the document does not hold: for machines, and the documentation itself.
const UNDOCUMENTED: [(&str, &str); 5] = [
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),
    ("GET", "/docs/"),
    ("GET", "/openapi.json"),
];

/// The rows of the table: method and path to the cells behind them.
fn table() -> BTreeMap<(String, String), Vec<String>> {
    let mut rows = BTreeMap::new();
    for line in TABLE.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [method, path, rest @ ..] = cells.as_slice() else {
            panic!("not a row: {line}")
        };
        if *method == "method" || method.starts_with('-') {
            if *method == "method" {
                let headings: Vec<_> = PEOPLE.iter().map(|(heading, _)| *heading).collect();
                assert_eq!(rest, headings, "the columns of docs/permissions.md");
            }
            continue;
        }
        let path = path.trim_matches('`').to_owned();
        let cells: Vec<String> = rest.iter().map(|cell| (*cell).to_owned()).collect();
        assert_eq!(cells.len(), PEOPLE.len(), "{line}");
        let twice = rows.insert(((*method).to_owned(), path), cells);
        assert!(twice.is_none(), "twice in docs/permissions.md: {line}");
    }
    rows
}

/// A value that a schema takes: the least that it asks for.
fn sample(document: &Value, schema: &Value) -> Value {
    if let Some(name) = schema["$ref"].as_str() {
        let pointer = name.trim_start_matches('#');
        return sample(
            document,
            document.pointer(pointer).expect("a schema that is there"),
        );
    }
    if let Some(only) = schema.get("const").or_else(|| schema["enum"].get(0)) {
        return only.clone();
    }
    let kinds = ["oneOf", "anyOf"];
    if let Some(some) = kinds.iter().find_map(|kind| schema[*kind].as_array()) {
        let first = some.iter().find(|schema| schema["type"] != "null");
        return first.map_or(Value::Null, |schema| sample(document, schema));
    }
    if let Some(all) = schema["allOf"].as_array() {
        let mut whole = Map::new();
        for part in all {
            if let Value::Object(part) = sample(document, part) {
                whole.extend(part);
            }
        }
        return Value::Object(whole);
    }
    let kind = match &schema["type"] {
        Value::Array(some) => some.first().and_then(Value::as_str).unwrap_or_default(),
        one => one.as_str().unwrap_or_default(),
    };
    match kind {
        "string" => match schema["format"].as_str() {
            Some("uuid") => json!(Uuid::from_u128(7)),
            Some("date-time") => json!("2026-11-21T00:00:00Z"),
            _ => json!("sample"),
        },
        "integer" | "number" => json!(1),
        "boolean" => json!(false),
        "array" => json!([]),
        "object" => {
            let required = schema["required"].as_array().cloned().unwrap_or_default();
            let fields = required.iter().filter_map(Value::as_str);
            let whole = fields.map(|name| (name.to_owned(), sample(document, &schema["properties"][name])));
            Value::Object(whole.collect())
        }
        _ => Value::Null,
    }
}

/// What is sent to a route.
struct Route<'a> {
    method: String,
    path: String,
    operation: &'a Value,
}

fn routes(document: &Value) -> Vec<Route<'_>> {
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            if ["get", "put", "post", "delete", "patch"].contains(&method.as_str()) {
                all.push(Route {
                    method: method.to_uppercase(),
                    path: path.clone(),
                    operation,
                });
            }
        }
    }
    all
}

async fn send(
    http: &reqwest::Client,
    backend: &Backend,
    document: &Value,
    route: &Route<'_>,
    token: Option<&str>,
) -> (u16, String) {
    let (mut path, mut query) = (route.path.clone(), Vec::new());
    for parameter in route.operation["parameters"].as_array().into_iter().flatten() {
        let name = parameter["name"].as_str().expect("a name");
        let value = match sample(document, &parameter["schema"]) {
            Value::String(_) if ["id", "key"].contains(&name) => Uuid::from_u128(7).to_string(),
            Value::String(text) => text,
            other => other.to_string(),
        };
        match parameter["in"].as_str() {
            Some("path") => path = path.replace(&format!("{{{name}}}"), &value),
            Some("query") if parameter["required"] == true => query.push((name.to_owned(), value)),
            _ => {}
        }
    }
    let url = format!("{}{path}", backend.server.url());
    let mut request = http
        .request(route.method.parse().expect("a method"), url)
        .query(&query)
        .header("idempotency-key", Uuid::now_v7().to_string())
        .header("tokendesk-session", Uuid::now_v7().to_string());
    if ["PUT", "PATCH", "POST", "DELETE"].contains(&route.method.as_str()) {
        request = request.header("if-match", "\"1\"");
    }
    let content = route.operation["requestBody"]["content"].as_object();
    request = match content.and_then(|content| content.iter().next()) {
        Some((kind, media)) if kind == "application/json" => {
            request.json(&sample(document, &media["schema"]))
        }
        Some((kind, _)) => request.header("content-type", kind).body("sample"),
        None => request,
    };
    if let Some(token) = token {
        // Each request is a sign-in of its own, with a token of its own: some routes end what they are sent in.
        request = request.bearer_auth(format!("{token}:{}", Uuid::now_v7()));
    }
    let answer = request.send().await.expect("an answer");
    let status = answer.status().as_u16();
    let words = if status >= 400 {
        answer.text().await.unwrap_or_default()
    } else {
        String::new()
    };
    (status, words)
}

/// What an answer says about the person's right to ask.
fn verdict(status: u16) -> Option<&'static str> {
    match status {
        401 => Some("sign in"),
        403 => Some("no"),
        // The request did not get as far as the question, or something is broken.
        400 | 405 | 415 | 426 | 428 | 429 | 500.. => None,
        _ => Some("yes"),
    }
}

#[test]
fn every_route_lets_in_whom_the_table_names_and_nobody_else() {
    on_each(|backend| async move {
        let http = reqwest::Client::new();
        let address = format!("{}/openapi.json", backend.server.url());
        let document: Value = reqwest::get(address)
            .await
            .expect("an answer")
            .json()
            .await
            .expect("JSON");
        let mut all = routes(&document);
        all.extend(UNDOCUMENTED.map(|(method, path)| Route {
            method: method.to_owned(),
            path: path.to_owned(),
            operation: &Value::Null,
        }));
        // Whoever has asked to become an agent is still nobody until an admin says yes.
        if let Some(register) = all.iter().find(|r| r.path == "/api/v1/agents/register") {
            let (status, words) = send(&http, &backend, &document, register, PEOPLE[2].1).await;
            assert!(
                verdict(status).is_some(),
                "asking to become an agent: {status} {words}"
            );
        }
        let mut rows = table();
        let mut wrong = Vec::new();
        for route in &all {
            let expected = rows.remove(&(route.method.clone(), route.path.clone()));
            let (mut cells, mut broken) = (Vec::new(), String::new());
            let asking = PEOPLE.map(|(_, token)| send(&http, &backend, &document, route, token));
            for (status, words) in futures_util::future::join_all(asking).await {
                cells.push(verdict(status).unwrap_or("?"));
                if verdict(status).is_none() {
                    broken = format!("\n    {status} {words}");
                }
            }
            // `own` lets in, to what belongs to the person alone: other tests hold the routes to that.
            let fits = expected.as_ref().is_some_and(|expected| {
                let pairs = expected.iter().zip(&cells);
                pairs
                    .into_iter()
                    .all(|(want, is)| want == is || (want == "own" && *is == "yes"))
            });
            if !fits {
                let row = format!("| {} | `{}` | {} |", route.method, route.path, cells.join(" | "));
                wrong.push(match expected {
                    Some(expected) => format!("{row}\n    the table says {}{broken}", expected.join(" | ")),
                    None => format!("{row}\n    is not in the table{broken}"),
                });
            }
        }
        for (method, path) in rows.keys() {
            wrong.push(format!(
                "{method} {path}\n    is in the table, but there is no such route"
            ));
        }
        assert!(
            wrong.is_empty(),
            "docs/permissions.md does not fit on {}; as the backend behaves now:\n{}",
            backend.kind,
            wrong.join("\n")
        );
    });
}
