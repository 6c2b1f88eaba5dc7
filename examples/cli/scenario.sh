#!/bin/bash
# One dossier in a shell: what scenario.c, scenario.py and scenario.cpp do in their languages.
#   [ATLAS_KEY=…] scenario.sh STORE      a file or a PostgreSQL URL; works in the present folder
# It needs `atlas` in PATH, and python3 to read JSON.
set -euo pipefail
export ATLAS_STORE=$1
key=${ATLAS_KEY:-}

member() { python3 -c 'import json, sys
value = json.load(sys.stdin)
for name in sys.argv[1].split("."): value = value[int(name)] if isinstance(value, list) else value[name]
print(value if isinstance(value, str) else json.dumps(value))' "$1"; }
expect() { [[ $2 == "$3" ]] || { echo "$1: expected $3, got $2" >&2; exit 1; }; }

# An organisation with its first administrator, who adds an agent.
made=$(atlas init --name "Agence Atlas" --country MA --admin-email admin@agence.example)
admin=$(member admin_user_id <<<"$made")
agent=$(atlas --user "$admin" call users.create '{"email": "agent@agence.example", "roles": ["AGENT"]}' | member id)

# A lead comes in; the same person writes again and is met.
lead='{"contact_name": "Nadia Amrani", "phone": "06 12 34 56 78", "case_type_code": "CRM_LEAD_BUY"}'
dossier=$(atlas --user "$agent" call dossiers.create "$lead" | member id)
again='{"contact_name": "N. Amrani", "phone": "+212 612-345678", "email": "nadia@example.com", "case_type_code": "CRM_LEAD_BUY"}'
met=$(atlas --user "$agent" call dossiers.create "$again")
expect "the second lead" "$(member id <<<"$met")" "$dossier"
expect "created" "$(member created <<<"$met")" "false"

# A note, a task, two steps; a step that the workflow does not know is refused.
atlas --user "$agent" call dossiers.add_note "{\"id\": \"$dossier\", \"body\": \"Looks for three rooms.\"}" >/dev/null
atlas --user "$agent" call dossiers.add_task "{\"id\": \"$dossier\", \"title\": \"Call back\"}" >/dev/null
move() {
  local version
  version=$(atlas --user "$agent" call dossiers.get "{\"id\": \"$dossier\"}" | member version)
  atlas --user "$agent" call dossiers.transition \
    "{\"id\": \"$dossier\", \"version\": $version, \"to\": \"$1\", \"reason_code\": ${2:-null}}"
}
move CRM_CONTACTED >/dev/null
code=0
refusal=$(move CRM_SIGNING_SCHEDULED 2>&1) || code=$?
expect "exit code of the refusal" "$code" 1
expect "the refusal" "$(member code <<<"$refusal")" transition_not_allowed
expect "the status" "$(move CRM_QUALIFIED | member status_code)" CRM_QUALIFIED

# The timeline tells it, newest first.
timeline=$(atlas --user "$agent" call activities.timeline "{\"dossier_id\": \"$dossier\"}")
expect "the newest line" "$(member items.0.type_code <<<"$timeline")" ACT_STATUS_CHANGE

# Many calls, one transaction: a batch that fails leaves nothing.
count() { atlas call dossiers.count '{}' | member count; }
# [batch]
for i in 1 2 3; do
  echo "{\"op\": \"dossiers.create\", \"params\": {\"contact_name\": \"Visitor $i\", \"phone\": \"+21261234567$i\"}}"
done > batch.jsonl
atlas batch --atomic batch.jsonl > answers.jsonl
tail -n 1 answers.jsonl    # {"committed":true,"failed_at":null}
# [/batch]
expect "dossiers after the batch" "$(count)" 4
echo '{"op": "dossiers.create", "params": {"contact_name": "Nobody"}}' >>batch.jsonl
sed -i 's/Visitor/Guest/; s/+2126123/+2126129/' batch.jsonl
code=0
answers=$(atlas batch --atomic batch.jsonl) || code=$?
expect "exit code of the failed batch" "$code" 3
expect "its last line" "$(tail -1 <<<"$answers" | member failed_at)" 4
expect "dossiers after the failed batch" "$(count)" 4

# The audit adds up, an entry is proved without the store, and a signed checkpoint holds.
expect "the audit" "$(atlas audit verify --records | member ok)" true
proof=$(atlas audit prove 3)
proof=$(python3 -c 'import json, sys; p = json.load(sys.stdin); p["proof_kind"] = "inclusion"; print(json.dumps(p))' <<<"$proof")
expect "the proof" "$(env -u ATLAS_STORE atlas try proof <<<"$proof" | member valid)" true
verifier=$(atlas audit keygen checkpoint.key --name scenario | member verifier_key)
atlas audit checkpoint --key-file checkpoint.key --name scenario >checkpoint.note
expect "the checkpoint" "$(atlas audit verify --note checkpoint.note --key "$verifier" | member checkpoint_signed)" true

# A backup of a file holds no keys of persons; with them it becomes a store again.
if [[ $ATLAS_STORE != *://* ]]; then
  atlas backup backup.db >/dev/null
  expect "the restored store" \
    "$(ATLAS_STORE=restored.db atlas restore backup.db --keys "$ATLAS_STORE.keys" | member ok)" true
fi

# The key is asked for, and nowhere written.
if [[ $key ]]; then
  code=0
  env -u ATLAS_KEY atlas call dossiers.count 2>/dev/null || code=$?
  expect "exit code without the key" "$code" 4
  ! grep -rqaF -- "$key" . || { echo "the key lies in a file" >&2; exit 1; }
fi
echo "dossier $dossier: created, met, moved, proved"
