"""`LISEZMOI.txt`: what a dataset is, for somebody who finds its folder without having made it."""

from simbreach import __version__
from simbreach.engine.plan import DATA_VERSION, Plan

_TEXT = """\
DONNÉES ENTIÈREMENT SYNTHÉTIQUES : AUCUNE PERSONNE RÉELLE

{title}

Ce dossier a été fabriqué par simbreach {version} (version des données {data_version}) à partir du profil
« {profile} », graine {seed}, population {population_seed}. Il imite {kind} pour
tester des outils de détection et préparer des exercices. Les personnes, les médecins, les laboratoires,
les numéros et les adresses y sont inventés.

Comment le vérifier sans ce logiciel :
- NIR : le numéro de commune n'a jamais existé dans son département (ou le lieu est 979xx, ou un pays 996xx à
  998xx qui n'existe pas), et le numéro d'ordre est compris entre 900 et 999 ;
- téléphones : blocs que l'ARCEP n'a attribués à aucun opérateur (mobiles 06 00 xx xx xx par défaut) ;
- courriels : domaines sous example.com, example.net ou example.org, qui n'appartiennent à personne ;
- RPPS en 99, FINESS en 99, SIREN en 0, IBAN de la banque 99999 : jamais attribués.
Avec ce logiciel : simbreach verify .

tables/ et dataset.duckdb : ce que montre le fichier trouvé. truth/ : la vérité sur chaque ligne et chaque
cellule. manifest.json : fichiers, empreintes ; plan.json : de quoi refaire les mêmes lignes.

Sources des tables de référence : INSEE, La Poste, DGFiP (FANTOIR), ANSM/HAS/Uncam (BDPM), Assurance Maladie
(Open Medic), ARCEP : Licence Ouverte. This material contains content from LOINC (loinc.org). LOINC is
copyright Regenstrief Institute, Inc. and the LOINC Committee.
"""
_HEALTH = "la fuite d'un fichier de santé"
_ORDINARY = "des fichiers ordinaires, sans donnée de santé,"


def readme(plan: Plan) -> str:
    """The text for the dataset of `plan`."""
    profile = plan.profile
    of_patients = any(label[2] == "article-9" for maker in plan.tables.values() for label in maker.labels)
    return _TEXT.format(
        title=profile.title,
        kind=_HEALTH if of_patients else _ORDINARY,
        version=__version__,
        data_version=DATA_VERSION,
        profile=profile.name,
        seed=plan.seed,
        population_seed=profile.population.seed,
    )
