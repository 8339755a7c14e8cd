"""Reads an export with the tools of the format's own people: `validate.py FORMAT FILE`. Fails with what they say."""

import importlib.util
import json
import os
import pathlib
import subprocess
import sys
import tempfile


def fides(path):
    import yaml
    from fideslang.default_taxonomy import DEFAULT_TAXONOMY
    from fideslang.models import Dataset
    from fideslang.relationships import get_referenced_missing_keys

    datasets = [Dataset(**dataset) for dataset in yaml.safe_load(path.read_text())["dataset"]]
    assert datasets and all(dataset.collections for dataset in datasets), "no dataset"
    keys = [dataset.fides_key for dataset in datasets]
    assert len(keys) == len(set(keys)), f"a key stands twice: {keys}"
    taxonomy = DEFAULT_TAXONOMY.model_copy(update={"dataset": datasets})
    missing = get_referenced_missing_keys(taxonomy)
    # It does not follow lists that may be absent, so the fields are looked at one by one.
    known = {category.fides_key for category in DEFAULT_TAXONOMY.data_category}
    uses = {use.fides_key for use in DEFAULT_TAXONOMY.data_use}
    for dataset in datasets:
        for collection in dataset.collections:
            for field in collection.fields:
                missing |= set(field.data_categories or []) - known
                missing |= set(field.data_uses or []) - uses
    assert not missing, f"fideslang does not know {missing}"


def odcs(path):
    import jsonschema
    import yaml

    # Only the schema of this package is here, and none of what it imports.
    [package] = importlib.util.find_spec("datacontract").submodule_search_locations
    schema = json.loads((pathlib.Path(package) / "schemas" / "odcs-3.1.0.schema.json").read_text())
    contracts = list(yaml.safe_load_all(path.read_text()))
    assert contracts, "no contract"
    for contract in contracts:
        jsonschema.Draft201909Validator(schema).validate(contract)


def dbt(path):
    import yaml

    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        models = folder / "models"
        models.mkdir()
        (models / "schema.yml").write_text(path.read_text())
        for model in yaml.safe_load(path.read_text()).get("models", []):
            (models / f"{model['name']}.sql").write_text("select 1 as id")
        (folder / "dbt_project.yml").write_text('name: check\nversion: "1.0.0"\nprofile: check\n')
        target = "{type: postgres, host: localhost, user: x, password: x, port: 1, dbname: x, schema: x}"
        (folder / "profiles.yml").write_text(f"check:\n  target: x\n  outputs:\n    x: {target}\n")
        program = pathlib.Path(sys.executable).parent / "dbt"
        run = subprocess.run(
            [program, "--no-use-colors", "--warn-error", "parse", "--profiles-dir", "."],
            cwd=folder,
            env=dict(os.environ, DBT_SEND_ANONYMOUS_USAGE_STATS="0"),
            capture_output=True,
            text=True,
        )
        assert run.returncode == 0, run.stdout + run.stderr
        manifest = json.loads((folder / "target" / "manifest.json").read_text())
        # What dbt has understood, for the test to read.
        columns = {
            ".".join([node["schema"], node["name"], column["name"]]): column["meta"]["boundary"]
            for node in manifest["sources"].values()
            for column in node["columns"].values()
        }
        print(json.dumps(columns))


def openlineage(path):
    from openlineage.client import event_v2, facet_v2

    kinds = {
        "schema": (facet_v2.schema_dataset.SchemaDatasetFacet, facet_v2.schema_dataset.SchemaDatasetFacetFields, "fields"),
        "tags": (facet_v2.tags_dataset.TagsDatasetFacet, facet_v2.tags_dataset.TagsDatasetFacetFields, "tags"),
    }
    lineage = facet_v2.column_lineage_dataset

    def facet(name, said):
        said = dict(said)
        said.pop("_schemaURL")
        producer = said.pop("_producer")
        if name == "columnLineage":
            fields = {}
            for column, made in said.pop("fields").items():
                inputs = [
                    lineage.InputField(
                        **{**source, "transformations": [lineage.Transformation(**how) for how in source["transformations"]]}
                    )
                    for source in made.pop("inputFields")
                ]
                assert inputs, column
                fields[column] = lineage.Fields(inputFields=inputs, **made)
            return lineage.ColumnLineageDatasetFacet(fields=fields, producer=producer, **said)
        kind, element, key = kinds[name]
        elements = [element(**one) for one in said.pop(key)]
        return kind(**{key: elements}, producer=producer, **said)

    def dataset(kind, said):
        facets = said.pop("facets", {})
        urls = {name: one["_schemaURL"] for name, one in facets.items()}
        made = {name: facet(name, one) for name, one in facets.items()}
        for name, one in made.items():
            assert one._schemaURL == urls[name], urls[name]
        return kind(facets=made, **said)

    lines = path.read_text().splitlines()
    assert lines, "no event"
    for line in lines:
        said = json.loads(line)
        url = said.pop("schemaURL")
        job = event_v2.Job(**said.pop("job"))
        inputs = [dataset(event_v2.InputDataset, one) for one in said.pop("inputs")]
        outputs = [dataset(event_v2.OutputDataset, one) for one in said.pop("outputs")]
        event = event_v2.JobEvent(job=job, inputs=inputs, outputs=outputs, **said)
        assert event.schemaURL == url, url


def dpv(path):
    from rdflib import Graph, URIRef
    from rdflib.namespace import RDF

    graph = Graph().parse(path, format="json-ld")
    assert len(graph) > 0, "no statement"
    spaces = ("https://w3id.org/dpv#", "https://w3id.org/dpv/pd#", "https://w3id.org/dpv/legal/eu/gdpr#")
    known = spaces + ("urn:boundary:", str(RDF), "http://www.w3.org/2000/01/rdf-schema#")
    for triple in graph:
        for term in triple:
            # A name whose prefix was not declared stays as it was written.
            assert not isinstance(term, URIRef) or str(term).startswith(known), term
    for purpose in set(graph.objects(None, URIRef(spaces[0] + "hasPurpose"))):
        assert graph.value(purpose, RDF.type), f"{purpose} is no node"
        assert graph.value(purpose, URIRef(spaces[0] + "hasLegalBasis")), f"{purpose} has no basis"


if __name__ == "__main__":
    {"fides": fides, "odcs": odcs, "dbt": dbt, "openlineage": openlineage, "dpv": dpv}[sys.argv[1]](pathlib.Path(sys.argv[2]))
