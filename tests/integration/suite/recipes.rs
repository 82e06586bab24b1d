//! The lines of the page `recipes`, sent to a real OpenSearch as they stand there.

use http::Method;
use serde_json::Value;
use sigtower::opensearch::{Client, Raw, Response};
use sigtower::testing::DomainBuilder;

pub(super) async fn the_recipes_succeed_or_lack_their_plugin(domain: DomainBuilder) {
    let domain = domain.start().await;
    let client = domain.client();
    let recipes = recipes();
    assert!(recipes.len() >= 50, "{}", recipes.len());
    // What a run that failed has left.
    for recipe in in_section(&recipes, "Clean up") {
        let _ = send(&client, recipe).await;
    }
    for recipe in &recipes {
        let response = send(&client, recipe).await;
        let (line, text) = (&recipe.line, response.text());
        match &*recipe.section {
            "Plugins" => assert!(
                response.status.is_success() || lacks_the_plugin(recipe, &response),
                "{line}: {} {text}",
                response.status
            ),
            _ => assert!(
                response.status.is_success(),
                "{line}: {} {text}",
                response.status
            ),
        }
    }
}

#[test]
fn the_page_has_a_recipe_for_each_api_that_has_no_type() {
    let recipes = recipes();
    for api in [
        "_rollover",
        "_forcemerge",
        "_scripts",
        "_search/template",
        "_analyze",
        "_explain",
        "_field_caps",
        "_plugins/_ism",
        "_plugins/_sql",
        "index.knn",
        "\"knn\"",
        "\"hybrid\"",
    ] {
        assert!(
            recipes.iter().any(|recipe| recipe.line.contains(api)),
            "{api}"
        );
    }
    let calls = PAGE.matches("client.raw(").count();
    assert_eq!(
        recipes.len(),
        calls,
        "each call stands on a line of its own"
    );
}

struct Recipe {
    section: String,
    /// The line of the page.
    line: String,
    method: Method,
    path: String,
    body: Body,
}

enum Body {
    None,
    Json(Value),
    Lines(String),
}

async fn send(client: &Client, recipe: &Recipe) -> Response {
    let raw = Raw::new(recipe.method.clone(), &recipe.path);
    let raw = match &recipe.body {
        Body::None => raw,
        Body::Json(json) => raw.body(json.clone()),
        Body::Lines(lines) => raw.body(lines.clone()),
    };
    client.send(raw).await.unwrap()
}

/// Whether the server refuses the request because it does not know the API, the setting, the query or the processor.
fn lacks_the_plugin(recipe: &Recipe, response: &Response) -> bool {
    let text = response.text();
    let is_unknown = [
        "no handler found for uri",
        "unknown setting [index.knn]",
        "unknown query [knn]",
        "unknown query [hybrid]",
        "normalization-processor",
    ];
    let deletes_nothing = recipe.method == Method::DELETE && response.status == 404;
    deletes_nothing || is_unknown.iter().any(|part| text.contains(part))
}

fn in_section<'a>(recipes: &'a [Recipe], section: &str) -> impl Iterator<Item = &'a Recipe> {
    recipes
        .iter()
        .filter(move |recipe| recipe.section == section)
}

/// Reads the calls `client.raw(Method::M, "path", body)` of the page.
fn recipes() -> Vec<Recipe> {
    let mut section = String::new();
    let mut recipes = Vec::new();
    for line in PAGE.lines() {
        // In code, `# ` begins a line that the page hides.
        if let Some(title) = line.strip_prefix("# ")
            && title.starts_with(char::is_uppercase)
        {
            section = title.to_owned();
        }
        let Some((_, call)) = line.split_once("client.raw(Method::") else {
            continue;
        };
        let (method, rest) = call.split_once(", \"").unwrap();
        let (path, rest) = rest.split_once("\", ").unwrap();
        let (body, _) = rest.rsplit_once(").await?").unwrap();
        recipes.push(Recipe {
            section: section.clone(),
            line: line.to_owned(),
            method: method.parse().unwrap(),
            path: path.to_owned(),
            body: match body.strip_prefix("json!(") {
                Some(json) => {
                    let json = json.strip_suffix(')').unwrap();
                    Body::Json(serde_json::from_str(json).unwrap())
                }
                None if body == "()" => Body::None,
                // The escapes of such a text in Rust are those of JSON.
                None if body.starts_with('"') => Body::Lines(serde_json::from_str(body).unwrap()),
                None => Body::Json(analysis(body)),
            },
        });
    }
    recipes
}

/// The body of the first recipe is in a variable.
fn analysis(name: &str) -> Value {
    let begin = format!("let {name} = json!(");
    let (_, rest) = PAGE.split_once(&begin).unwrap();
    let (json, _) = rest.split_once(");").unwrap();
    serde_json::from_str(json).unwrap()
}

const PAGE: &str = include_str!("../../../src/recipes.md");
