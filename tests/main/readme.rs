//! The README's table of keys is the command table's own. `TOKENDESK_WRITE_README=1 cargo test readme` writes it anew.

use std::path::Path;

use tokendesk::tui::keys::Keymap;

const START: &str = "<!-- keys: made from the command table -->\n";
const END: &str = "<!-- end of keys -->";

#[test]
fn the_keys_in_the_readme_are_those_of_the_command_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let text = std::fs::read_to_string(&path).expect("a README");
    let (head, rest) = text.split_once(START).expect("the mark before the keys");
    let (written, tail) = rest.split_once(END).expect("the mark after the keys");
    let table = Keymap::default().markdown();
    if std::env::var_os("TOKENDESK_WRITE_README").is_some() {
        std::fs::write(&path, format!("{head}{START}{table}{END}{tail}")).expect("written");
        return;
    }
    assert_eq!(written, table, "run TOKENDESK_WRITE_README=1 cargo test readme");
}
