#!/bin/bash
# What the pages show in a shell; tests/docs runs it: guide.sh SOURCE_DIR FOLDER, with `atlas` in PATH.
set -euo pipefail
source=$1
rm -rf "$2"
mkdir -p "$2"
cd "$2"
ln -s "$source/examples" examples

# [taste]
export ATLAS_STORE=agency.db ATLAS_KEY='correct horse'
atlas init --name "Agence Atlas" --country MA
atlas call dossiers.create '{"contact_name": "Nadia Amrani", "phone": "06 12 34 56 78"}'
atlas audit verify --records
# [/taste]

# [start]
atlas call dossiers.list '{"where": {"status_code": "CRM_NEW"}}'
atlas operations dossiers.create    # its schemas
atlas backup agency.backup.db       # a copy, without the keys of persons
atlas check                         # the file, every chain, every record
# [/start]

# [notes]
atlas audit keygen checkpoint.key --name agency --json > verifier.json
atlas audit checkpoint --key-file checkpoint.key --name agency > today.note    # keep it elsewhere
key=$(python3 -c 'import json; print(json.load(open("verifier.json"))["verifier_key"])')
atlas audit verify --note today.note --key "$key"    # exit 3 when it does not add up
# [/notes]

# [export]
atlas audit export > audit.jsonl
python3 examples/verify/verify_audit.py audit.jsonl today.note "$key"
# [/export]
