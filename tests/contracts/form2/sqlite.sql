CREATE TABLE ordercancel_cases (
	order_id VARCHAR(200) NOT NULL, 
	policy VARCHAR(200) NOT NULL, 
	edition VARCHAR(200) NOT NULL, 
	version INTEGER NOT NULL, 
	form INTEGER NOT NULL, 
	status VARCHAR(200) NOT NULL, 
	channel VARCHAR(200), 
	buyer VARCHAR(200) NOT NULL, 
	seller VARCHAR(200) NOT NULL, 
	placed_at DATETIME NOT NULL, 
	paid_at DATETIME, 
	status_since DATETIME, 
	ship_on DATE, 
	request_number INTEGER, 
	request_status VARCHAR(40), 
	requested_at DATETIME, 
	rejected_before BOOLEAN DEFAULT 0 NOT NULL, 
	withdrawn_before BOOLEAN DEFAULT 0 NOT NULL, 
	attributes JSON DEFAULT '{}' NOT NULL, 
	open_key VARCHAR(200), 
	body TEXT NOT NULL, 
	PRIMARY KEY (order_id), 
	UNIQUE (open_key)
);
CREATE INDEX ix_ordercancel_cases_inbox ON ordercancel_cases (seller, policy, request_status, requested_at, order_id);
CREATE TABLE ordercancel_commands (
	command_id VARCHAR(200) NOT NULL, 
	order_id VARCHAR(200) NOT NULL, 
	expected INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	fingerprint VARCHAR(64) NOT NULL, 
	PRIMARY KEY (command_id), 
	FOREIGN KEY(order_id) REFERENCES ordercancel_cases (order_id)
);
CREATE TABLE ordercancel_duties (
	order_id VARCHAR(200) NOT NULL, 
	number INTEGER NOT NULL, 
	deadline VARCHAR(200) NOT NULL, 
	request INTEGER NOT NULL, 
	due_at DATETIME NOT NULL, 
	status VARCHAR(40) NOT NULL, 
	PRIMARY KEY (order_id, number), 
	FOREIGN KEY(order_id) REFERENCES ordercancel_cases (order_id)
);
CREATE INDEX ix_ordercancel_duties_due ON ordercancel_duties (status, due_at, order_id, deadline, request);
CREATE TABLE ordercancel_events (
	order_id VARCHAR(200) NOT NULL, 
	version INTEGER NOT NULL, 
	kind VARCHAR(60) NOT NULL, 
	at DATETIME NOT NULL, 
	form INTEGER NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (order_id, version), 
	FOREIGN KEY(order_id) REFERENCES ordercancel_cases (order_id)
);
CREATE TABLE ordercancel_outbox (
	number INTEGER NOT NULL, 
	message_id VARCHAR(500) NOT NULL, 
	party VARCHAR(200) DEFAULT '' NOT NULL, 
	order_id VARCHAR(200) NOT NULL, 
	version INTEGER NOT NULL, 
	form INTEGER NOT NULL, 
	body TEXT NOT NULL, 
	state VARCHAR(20) DEFAULT 'waiting' NOT NULL, 
	free_at DATETIME, 
	delivered_at DATETIME, 
	attempts INTEGER DEFAULT '0' NOT NULL, 
	error TEXT, 
	reached TEXT DEFAULT '[]' NOT NULL, 
	PRIMARY KEY (number), 
	UNIQUE (message_id), 
	FOREIGN KEY(order_id) REFERENCES ordercancel_cases (order_id)
);
CREATE INDEX ix_ordercancel_outbox_commit ON ordercancel_outbox (order_id, version);
CREATE INDEX ix_ordercancel_outbox_order ON ordercancel_outbox (order_id, number);
CREATE INDEX ix_ordercancel_outbox_waiting ON ordercancel_outbox (state, number);
