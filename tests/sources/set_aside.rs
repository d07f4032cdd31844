//! `list set-aside`: what could not be read, where it stands and why.

use super::workspace::{EVENTS, Workspace};

fn workspace() -> Workspace {
    let sources =
        format!("{EVENTS}email = \"person.email\"\n[sources.crm]\nkind = \"hubspot\"\ncompanies = \"crm/*\"\n");
    let workspace = Workspace::new(&sources);
    let person = "\"user\":\"u1\",\"person\":{\"email\":\"ann@harbour.example\"}";
    workspace.write(
        "exports/a.jsonl",
        format!(
            "{{\"event\":\"x\",\"time\":\"2026-03-02T08:00:00Z\",{person}}}\n\n\
             {{\"event\":\"x\",\"time\":\"soon\",{person}}}\n{{\"event\":\"x\",\"time\":{{}},{person}}}\n"
        ),
    );
    workspace.write("crm/companies-2026-03-06.csv", "Record ID,Company name\n1,Harbour Mills\n,Kestrel Foods\n");
    workspace.ingest();
    workspace
}

#[test]
fn rows_set_aside_are_listed_with_place_reason_and_bytes() {
    let said = workspace().run(&["list", "set-aside", "--format", "csv"]);
    let lines: Vec<_> = said.out.lines().collect();
    assert_eq!(lines[0], "source,file,position,byte_offset,reason,because,raw");
    assert_eq!(lines.len(), 4, "{}", said.out);
    assert!(lines[1].starts_with("app,exports/a.jsonl,3,"), "{}", said.out);
    assert!(lines[1].contains(",time-unreadable,`soon` is no time that is read,"), "{}", said.out);
    assert!(lines[3].starts_with("crm,crm/companies-2026-03-06.csv,2,"), "{}", said.out);
    assert!(lines[3].contains(",id-missing,") && lines[3].contains("Kestrel Foods"), "{}", said.out);
}

#[test]
fn the_bytes_of_a_row_begin_where_it_says() {
    let workspace = workspace();
    let file = std::fs::read(workspace.root().join("exports/a.jsonl")).unwrap();
    for row in workspace.rows("select byte_offset, raw from set_aside where source = 'app' order by all") {
        let (offset, raw) = (row[0].as_u64().unwrap() as usize, row[1].as_str().unwrap());
        assert_eq!(&file[offset..offset + raw.len()], raw.as_bytes());
    }
}

#[test]
fn the_rows_of_one_source_are_asked_for_by_its_name() {
    let workspace = workspace();
    let crm = workspace.run(&["list", "set-aside", "--source", "crm", "--format", "csv"]);
    assert_eq!((crm.status, crm.out.lines().count()), (0, 2), "{}", crm.out);
}

#[test]
fn a_mail_address_is_in_no_words_and_in_no_table_but_the_bytes_set_aside() {
    let workspace = workspace();
    // A later event of somebody else completes the days of the first.
    let lines = [
        "{\"event\":\"x\",\"time\":\"1.2.3\",\"person\":{\"email\":\"ann@harbour.example\"}}\n",
        "{\"event\":\"x\",\"time\":\"2026-03-05T08:00:00Z\",\"user\":\"u2\"}\n",
    ];
    workspace.write("exports/b.jsonl", lines.concat());
    let said = workspace.run(&["ingest"]);
    assert!(!said.err.contains("ann@") && !said.out.contains("ann@"), "{}\n{}", said.err, said.out);
    assert_eq!(workspace.told("select because from set_aside where because like '%ann@%'"), Vec::<String>::new());
    assert_eq!(
        workspace.told("select properties from events where properties::varchar like '%ann@%'"),
        Vec::<String>::new()
    );
    assert_eq!(workspace.told("select email_domain from users"), [r#"["harbour.example"]"#]);
}
