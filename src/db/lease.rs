//! A lease in the database: who works, and until when. It saves work; what must not happen twice does not rest on it.

use sea_orm::ConnectionTrait;

use super::{Command, Db, Rows, Tx, Written, sql};
use crate::{
    call::{Call, Micros},
    error::Result,
};

/// Takes the lease, or holds it longer. False where somebody else holds it.
pub async fn take(db: &Db, call: &Call, name: &'static str, holder: &str, lasts: Micros) -> Result<bool> {
    let expire_time = call.now.saturating_add(lasts);
    match db.write(call, Take { name, holder: holder.to_owned(), expire_time }, |_| Vec::new()).await? {
        Written::Now(taken) => Ok(taken),
        Written::Before(_) => Ok(false),
    }
}

/// Gives the lease back, so that the next one need not wait for its end.
pub async fn give_back(db: &Db, call: &Call, name: &'static str, holder: &str) -> Result<()> {
    db.write(call, GiveBack { name, holder: holder.to_owned() }, |()| Vec::new()).await.map(|_| ())
}

struct Take {
    name: &'static str,
    holder: String,
    expire_time: Micros,
}

impl Command for Take {
    type Answer = bool;
    const NAME: &'static str = "worker.take_lease";
    const BOOKKEEPING: bool = true;

    async fn run(&self, tx: &Tx<'_>) -> Result<bool> {
        let text = "INSERT INTO leases (name, holder, expire_time) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE \
                    SET holder = excluded.holder, expire_time = excluded.expire_time \
                    WHERE leases.holder = excluded.holder OR leases.expire_time <= ?";
        let values = [self.name.into(), self.holder.clone().into(), self.expire_time.into(), tx.call().now.into()];
        Ok(tx.conn().execute_raw(sql(tx.backend(), text, values)).await?.rows_affected() == 1)
    }
}

struct GiveBack {
    name: &'static str,
    holder: String,
}

impl Command for GiveBack {
    type Answer = ();
    const NAME: &'static str = "worker.give_back_lease";
    const BOOKKEEPING: bool = true;

    async fn run(&self, tx: &Tx<'_>) -> Result<()> {
        let text = "DELETE FROM leases WHERE name = ? AND holder = ?";
        tx.conn().execute_raw(sql(tx.backend(), text, [self.name.into(), self.holder.clone().into()])).await?;
        Ok(())
    }
}
