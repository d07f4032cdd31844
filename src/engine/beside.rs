//! Several questions at once: each thread asks an engine of its own beside the one that holds the relations.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Result;

use super::Engine;

/// Does a piece of work for each of some things, as many at a time as the engine has threads; what it comes to stands in the
/// order of the things. Each thread sees all relations, and what it makes is its own and gone afterwards.
///
/// # Errors
/// The first, in that order, of those that the work had.
pub fn side_by_side<T: Sync, R: Send>(
    engine: &dyn Engine,
    things: &[T],
    work: impl Fn(&dyn Engine, &T) -> Result<R> + Sync,
) -> Result<Vec<R>> {
    if things.is_empty() {
        return Ok(Vec::new());
    }
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(things.len())));
    engine.beside(things.len(), &|engine| {
        while let Some((place, thing)) = taken(&next, things) {
            let result = work(engine, thing);
            done.lock().expect("whoever pushes cannot fail").push((place, result));
        }
    })?;
    let mut done = done.into_inner().expect("no thread is left");
    done.sort_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, result)| result).collect()
}

/// The next thing that nobody has taken.
fn taken<'t, T>(next: &AtomicUsize, things: &'t [T]) -> Option<(usize, &'t T)> {
    let place = next.fetch_add(1, Ordering::Relaxed);
    things.get(place).map(|thing| (place, thing))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{DuckDb, Limits};
    use crate::model::column::{Type, Value};

    #[test]
    fn each_sees_what_all_share_and_its_own_alone() -> Result<()> {
        let engine = DuckDb::open(&Limits { threads: Some(3), ..Limits::default() })?;
        engine.run("create table shared as select 100 as n; create table own as select 7 as n", &[])?;
        engine.run("create macro summed() as table select shared.n + own.n as n from shared, own", &[])?;
        let things: Vec<i64> = (0..20).collect();
        let told = side_by_side(&engine, &things, |engine, thing| {
            let made = engine.renew("own", &[("n", Type::Long)], &[vec![Value::Long(*thing)]])?;
            assert!(made && !engine.renew("own", &[("n", Type::Long)], &[vec![Value::Long(*thing)]])?);
            Ok(engine.query("select * from summed()", &[])?.long("n", 0))
        })?;
        assert_eq!(told, things.iter().map(|thing| Some(100 + thing)).collect::<Vec<_>>());
        assert_eq!(engine.query("select * from summed()", &[])?.long("n", 0), Some(107), "what they made is theirs");
        let schemas =
            engine.query("select count(*) as n from duckdb_schemas() where schema_name like 'beside%'", &[])?;
        assert_eq!(schemas.count("n", 0), 0);
        Ok(())
    }

    #[test]
    fn the_first_problem_is_told() -> Result<()> {
        let engine = DuckDb::open(&Limits::default())?;
        let told = side_by_side(&engine, &[0, 1, 2, 3], |engine, thing| {
            anyhow::ensure!(thing % 2 == 0, "{thing} is odd");
            engine.run("select 1", &[])
        });
        assert_eq!(told.expect_err("two are odd").to_string(), "1 is odd");
        Ok(())
    }
}
