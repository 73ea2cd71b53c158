-- A history as the program of form 3 left it.
BEGIN TRANSACTION;
CREATE TABLE entry (
         seq INTEGER PRIMARY KEY,
         account TEXT NOT NULL,
         peer TEXT NOT NULL,
         direction INTEGER NOT NULL,
         id TEXT NOT NULL,
         kind INTEGER NOT NULL,
         at INTEGER NOT NULL,
         body TEXT,
         state INTEGER,
         call TEXT,
         unread INTEGER NOT NULL DEFAULT 0,
         UNIQUE (account, peer, direction, id)
     ) STRICT;
INSERT INTO "entry" VALUES(1,'work-chat','bob@cusax.test',0,'m1',0,1763632800000,'Grüße aus dem Café',NULL,NULL,0);
INSERT INTO "entry" VALUES(2,'work-chat','bob@cusax.test',1,'m2',0,1763632801000,'see you at noon',3,NULL,0);
INSERT INTO "entry" VALUES(3,'work-chat','bob@cusax.test',0,'m3',0,1763632802000,'我在北京工作 👍',NULL,NULL,1);
INSERT INTO "entry" VALUES(4,'work-phone','bob@cusax.test',0,'c1',1,1763632803000,NULL,NULL,'{"id":"c1","account":"work-phone","direction":"in","state":"ended","peer":{"uri":"sip:bob@cusax.test","display":"Bob","jid":"bob@cusax.test","binding":"verified","why":"verified by Bob''s contact card"},"media":{"codec":"opus","clock_rate":48000,"srtp":"sdes","direction":"sendrecv"},"stats":{"rtt_ms":12.5,"jitter_ms":0.0,"loss_pct":0.0,"concealed_pct":0.0,"jitter_buffer_ms":0.0,"mos":0.0,"packets_in":7,"packets_out":0},"muted":false,"started":"2026-11-20T10:00:00.000Z","end_reason":"hung up"}',0);
INSERT INTO "entry" VALUES(5,'work-phone','tel:+13035551212',0,'c2',1,1763632804000,NULL,NULL,NULL,0);
INSERT INTO "entry" VALUES(6,'work-chat','carol@cusax.test',1,'m4',0,1763632805000,'not sent yet; it''s 5 o''clock',0,NULL,0);
CREATE TABLE seen (jid TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO "seen" VALUES('bob@cusax.test','{}');
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO "setting" VALUES('telephony','{"dnd":true}');
CREATE INDEX entry_time ON entry (peer, at, seq);
CREATE INDEX entry_unread ON entry (peer) WHERE unread = 1;
CREATE INDEX entry_outbox ON entry (seq) WHERE direction = 1 AND state = 0;
COMMIT;
PRAGMA user_version = 3;
