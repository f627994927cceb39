"""Build the shipped tables of health, care and work from a folder of downloaded open data.

Run by maintainers: `python tools/build_health.py SOURCES [--to simbreach/reference/data]`. The folder holds
conditions.csv, drugs.parquet, drug_packages.parquet, atc_labels.csv, specialties.csv and
occupations.csv as `simbreach/reference/SOURCES.md` describes them. Whatever is set by hand (blood
groups, regimes, insurers, contracts, activities, phone equipment) is not touched here.
"""
# ruff: noqa: SIM905 - lists of words read better as text

import argparse
import csv
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

# What share of a year's cases is there on a given day, by course: one case in so many (our estimate).
CASES_A_DAY = {"chronique": 1, "ponctuel": 4, "suivi": 4, "aigu": 12}
NOT_A_CONDITION = {"prévention"}

# Conditions as laboratories write them, where the source is long or formal.
WRITTEN = {
    "I10": "HTA",
    "E11.9": "Diabète type 2",
    "E11.2": "DT2 avec atteinte rénale",
    "E11.4": "DT2 avec neuropathie",
    "E10.9": "Diabète type 1",
    "I25.1": "Coronaropathie",
    "I21.9": "IDM",
    "I20.9": "Angor",
    "I48.9": "FA",
    "I50.9": "Insuf cardiaque",
    "I63.9": "AVC ischémique",
    "I69.3": "Séquelles AVC",
    "I70.2": "AOMI",
    "I80.2": "TVP",
    "I83.9": "Varices MI",
    "D50.9": "Anémie ferriprive",
    "J44.9": "BPCO",
    "J44.1": "BPCO surinfectée",
    "J06.9": "Infection ORL",
    "J30.1": "Rhinite allergique",
    "G47.3": "SAS",
    "K21.9": "RGO",
    "K58.9": "Colopathie",
    "K57.3": "Diverticulose",
    "K80.2": "Lithiase vésiculaire",
    "K51.9": "RCH",
    "K76.0": "Stéatose",
    "B18.2": "Hépatite C",
    "B18.1": "Hépatite B",
    "N10": "Pyélonéphrite",
    "N18.3": "IRC stade 3",
    "N18.5": "IRC terminale",
    "N20.0": "Colique néphrétique",
    "N40": "HBP",
    "N92.0": "Ménorragies",
    "N95.1": "Ménopause",
    "Z30.4": "Contraception",
    "Z34.9": "Grossesse",
    "O80.9": "Accouchement",
    "O24.4": "Diabète gestationnel",
    "F32.9": "Dépression",
    "F41.1": "Anxiété",
    "F10.2": "Alcoolisme",
    "F17.2": "Tabagisme",
    "F90.0": "TDAH",
    "G30.9": "Alzheimer",
    "G20": "Parkinson",
    "G35": "SEP",
    "G56.0": "Canal carpien",
    "G62.9": "Neuropathie",
    "H25.9": "Cataracte",
    "H40.1": "Glaucome",
    "H35.3": "DMLA",
    "H66.9": "Otite",
    "H90.5": "Surdité",
    "H81.1": "VPPB",
    "M17.9": "Gonarthrose",
    "M16.9": "Coxarthrose",
    "M75.1": "Coiffe des rotateurs",
    "M05.9": "PR",
    "M45": "SPA",
    "L20.9": "Eczéma",
    "C50.9": "K sein",
    "C61": "K prostate",
    "C18.9": "K côlon",
    "C34.9": "K poumon",
    "C67.9": "K vessie",
    "C43.9": "Mélanome",
    "C73": "K thyroïde",
    "C83.3": "Lymphome",
    "S72.0": "Fracture col fémur",
    "S93.4": "Entorse cheville",
    "S82.6": "Fracture cheville",
    "S52.5": "Fracture poignet",
    "S06.0": "Traumatisme crânien",
    "S61.9": "Plaie main",
    "T78.4": "Allergie",
    "Z51.1": "Chimio",
    "Z95.5": "Stent",
    "Z96.6": "Prothèse",
    "Z88.0": "Allergie pénicilline",
    "R51": "Céphalées",
    "R10.4": "Douleurs abdominales",
    "R53": "Asthénie",
}

# Words of a drug's denomination that are its maker, its taste or its container: a laboratory leaves them out.
MAKERS = set(
    "ABACUS ACCORD ACETLAB AGUETTANT AHCL ALMUS ALTER ARROW BENTA BGR BIOGARAN BIPHAR BLUEFISH BRAUN CCD "
    "CHIESI "
    "CONSEIL CRISTERS EG EUROGENERICS EVOLUGEN EXELTIS FRANCE GENERIQUES GNR HCS HEALTHCARE HIKMA "
    "IMMEDICA JOFRE "
    "KABI KALCEKS KRKA LAB LABO LABORATOIRE LABORATOIRES LAVOISIER MAJORELLE MEDISOL MYLAN PANPHARMA "
    "PFIZER PHARMA "
    "PHARMY QUIVER REF REIG RENAUDIN RPG SANDOZ SANOFI SANTE SERB SERVIER STRAGEN SUBSTIPHARM SUN "
    "TAMRISA TEVA "
    "TILLOMED UPSA VENIPHARM VIATRIS VJ-PHARM XILMAC ZENTIVA ZF ZYDUS K.S K.S. B. AP-HP NOR "
    "BIOGARANCONTINU D.D X.O "
    "ADULTES ENFANTS NOURRISSONS ET".split()
)
TASTES = set(
    "MENTHE FRAICHE FRAICHEUR GLACIALE FRUITS FRUIT ROUGES FRAMBOISE FRAISE CITRON BON TAILLEUR".split()
)
CHILD = re.compile(r"\b(ENFANTS?|NOURRISSONS?|BEBES?|PEDIATRIQUE)\b|SUSPENSION BUVABLE|\bSIROP\b")
CHILD_PARACETAMOL = re.compile(r"\b[123]00 MG|\b150 MG|\b80 MG|POUR CENT")
ADULT = re.compile(r"\bADULTES?\b|\b1 G\b")
ANY_AGE = re.compile(r"(?<!POUR )SOLUTION BUVABLE|EN GOUTTES|COLLYRE|(?<!COMPRIMES )POUR INHALATION|CREME")

# Rounded shares of the groups among employed people by sex (1000 in all): INSEE labour force survey, rounded.
GROUP_SHARES = {
    "1": (22, 9),
    "2": (91, 41),
    "3": (235, 198),
    "4": (236, 259),
    "5": (121, 410),
    "6": (295, 83),
}
OWN_LABELS = {
    "1": ["Agriculteur", "Éleveur", "Viticulteur", "Maraîcher"],
    "2": ["Artisan", "Commerçant", "Chef d'entreprise", "Restaurateur", "Gérant de société"],
}
DROPPED = re.compile(
    r"France Télécom|la Poste|^Autres? |^Personnes? |^Personnels? |^Professions? |^Maîtrise |^Clergé|"
    r"syndical|"
    r"^Allocataires|^Hommes du rang|^Experts salariés|^Adjudants|^Sergents|services divers|^Agents civils"
)
FREQUENT = re.compile(
    r"^(Aide-soignant|Secrétaire|Professeur des écoles|Infirmier en soins|Aide à domicile|Caissier|Agent "
    r"de service|"
    r"Conducteur routier|Maçon|Cuisinier|Serveur|Vendeur en alimentation|Nettoyeur|Assistante? maternelle|"
    r"Employé de maison|Manutentionnaire|Jardinier|Coiffeur|Employé de libre|Magasinier|Ouvrier qualifié "
    r"de la man|"
    r"Professeur agrégé|Ingénieur et cadre d'étude.* informatique|Adjoint administratif|Employé "
    r"administratif)"
)
MOSTLY_WOMEN = re.compile(
    r"Aide-soignant|Secrétaire|des écoles|Infirmier|Puéricultrice|Sage-femme|domicile|Caissier|"
    r"maternelle|maison|"
    r"Coiffeur|[Ee]sthéticien|puériculture|Standardiste|Dactylo|service social|jeunes enfants|hôtesse|"
    r"Hôtesse|"
    r"Employé administratif|Adjoint administratif|Assistant dentaire|couturière|beauté|fleurs|Agent de "
    r"service"
)
MOSTLY_MEN = re.compile(
    r"Ouvrier|Maçon|[Cc]onducteur|Mécanicien|[ÉE]lectricien|Charpentier|Couvreur|Plombier|Soudeur|"
    r"Monteur|Menuisier|"
    r"Régleur|Tuyauteur|Chaudronnier|Carrossier|Métallier|Pompier|Gendarme|chantier|Docker|Matelot|"
    r"Capitaine|Marin|"
    r"Chef d'équipe|[Mm]aîtrise|Technicien|Déménageur|Jardinier|Agent de police|Magasinier|Boucher|Ingénieur"
)
# The first pattern found in an occupation's label says who may employ it; "private" otherwise.
SECTORS = {
    "own": r"^(Agriculteur|Éleveur|Viticulteur|Maraîcher|Artisan$|Commerçant|Chef d'entreprise|"
    r"Restaurateur|Gérant)|Avocat",
    "care": r"hôpita|[Hh]ospitalier|[Ii]nfirmier|Sage-femme|Puéricultrice|Aide-soignant|puériculture|"
    r"médico-psycho|Interne en|Médecin|Technicien médical|kinésithérapeute|Ambulancier",
    "school": r"Professeur|Instituteur|enseignement|établissements|éducation$|recherche publique|"
    r"Surveillant$",
    "public": r"police|Gendarm|fonction publique|collectivités|Etat|Impôts|pénitentiaire|Officier|Pompier|"
    r"Magistrat|Inspecteur|service social|navigation aérienne|administrations|jeunes enfants",
    "home": r"^(Assistante maternelle|Employé de maison|Aide à domicile)",
}
STOPS = set("de du des à au aux en sur pour chez par ne travaillant".split())
INVARIABLE = set("commis divers sous sans très non niveau cours moins".split())
# Where the rule of the singular stops short: what is found in a label, what it becomes.
MENDED = {
    r"^(Ingénieur|Métreur|Formateur|Moniteur|Employé|Masseur-kinésithérapeute) et .*?"
    r"(?= (d[eu']|en|tech|comm|spé|sport)|$)": r"\1",
    r"^Professeur agrégé et certifié": "Professeur certifié",
    r"(?<=\w) (et|ou) (inspecteurs|magasiniers|stewards|personnels|employés|responsables|autre|maître|"
    r"chargé|cadre|gérant|officier|agent|ouvrier|technicien|grand|commis|aide-|articles|"
    r"audioprothésiste|technico|matelot|opérateur).*": "",
    r" (non )?qualifiés\b": "",
    r" salariée?s?$": "",
    r"^Agent de service hospitaliers": "Agent de service hospitalier",
    r"^Cadre d'état-major administratifs": "Cadre d'état-major",
    r"^Contremaître .*": "Contremaître",
    r"^Directeur$": "Directeur de production",
    r"^Chef d'établissements$": "Directeur d'agence bancaire",
}

# How people and laboratories say it, where the nomenclature is long or stiff.
EVERYDAY = dict(
    line.split("|")
    for line in """
Ingénieur de l'Etat|Ingénieur d'Etat
Ingénieur des collectivités locales et des hôpitaux|Ingénieur hospitalier
Officier des Armées et de la Gendarmerie|Officier
Professeur certifié de l'enseignement secondaire|Professeur de collège
Chef d'établissement de l'enseignement secondaire|Principal de collège
Professeur certifié en fonction dans l'enseignement supérieur|Enseignant chercheur
Ingénieur d'étude et de recherche de la recherche publique|Chercheur
Médecin hospitalier sans activité libérale|Médecin hospitalier
Médecin salarié non hospitalier|Médecin
Chirurgien dentiste|Dentiste
Auteur littéraire|Écrivain
Directeur de journaux|Rédacteur en chef
Artiste de la musique et du chant|Musicien
Artiste dramatique|Comédien
Artiste de la danse|Danseur
Artiste du cirque et des spectacles divers|Artiste de cirque
Cadre chargé d'études économiques|Chargé d'études
Cadre spécialiste des ressources humaines et du recrutement|Responsable RH
Cadre spécialiste de la formation|Responsable formation
Cadre de la documentation|Documentaliste
Cadre des autres services administratifs des grandes entreprises|Cadre administratif
Cadre commercial des grandes entreprises|Cadre commercial
Cadre commercial des petites et moyennes entreprises|Responsable commercial
Cadre de la publicité|Chef de publicité
Cadre des relations publiques et de la communication|Chargé de communication
Cadre des marchés financiers|Analyste financier
Cadre des opérations bancaires|Cadre bancaire
Cadre commercial de la banque|Conseiller en patrimoine
Cadre des services techniques des assurances|Cadre assurances
Cadre des services techniques des organismes de sécurité sociale|Cadre sécurité sociale
Cadre de l'immobilier|Agent immobilier
Cadre de l'hôtellerie et de la restauration|Directeur d'hôtel
Directeur technique des grandes entreprises|Directeur technique
Ingénieur d'étude et développement de l'agriculture|Ingénieur agronome
Ingénieur de production et d'exploitation de l'agriculture|Ingénieur agricole
Ingénieur d'étude du bâtiment et des travaux publics|Ingénieur BTP
Ingénieur technico-commercial en bâtiment|Technico-commercial
Ingénieur de fabrication en matériel électrique|Ingénieur électronique
Ingénieur de fabrication en mécanique et travail des métaux|Ingénieur mécanique
Ingénieur de fabrication des industries de transformation|Ingénieur chimiste
Ingénieur technico-commercial des industries de transformations|Ingénieur commercial
Ingénieur de la production et de la distribution d'énergie|Ingénieur énergie
Ingénieur de fabrication des autres industries|Ingénieur de production
Ingénieur des achats et approvisionnements industriels|Acheteur industriel
Ingénieur de la logistique|Ingénieur logistique
Ingénieur des méthodes de production|Ingénieur méthodes
Ingénieur du contrôle-qualité|Ingénieur qualité
Ingénieur de la maintenance|Ingénieur maintenance
Ingénieur technique de l'environnement|Ingénieur environnement
Ingénieur d'administration|Ingénieur système
Chef de projets informatiques|Chef de projet informatique
Ingénieur spécialiste des télécommunications|Ingénieur télécom
Ingénieur technique de l'exploitation des transports|Ingénieur transports
Professeur d'enseignement général des collèges|Professeur de collège
Conseiller principal d'éducation|CPE
Professeur de lycée professionnel|Professeur de lycée
Moniteur d'école de conduite|Moniteur d'auto-école
Formateur de formation continue|Formateur
Cadre infirmier|Cadre de santé
Infirmier en soins généraux|Infirmier
Infirmier spécialisé|Infirmier anesthésiste
Infirmier psychiatrique|Infirmier en psychiatrie
Puéricultrice|Puériculteur
Masseur-kinésithérapeute rééducateur|Kinésithérapeute
Technicien médical|Technicien de laboratoire
Opticien lunetier|Opticien
Cadre de l'intervention socio-éducative|Cadre socio-éducatif
Assistant de service social|Assistant social
Conseiller en économie sociale familiale|Conseiller ESF
Educateur technique spécialisé|Éducateur technique
Educateur spécialisé|Éducateur spécialisé
Educateur de jeunes enfants|Éducateur de jeunes enfants
Directeur de centres socioculturels et de loisirs|Directeur de centre de loisirs
Animateur socioculturel et de loisirs|Animateur
Contrôleur des Impôts|Contrôleur des impôts
Ingénieur du contrôle de la navigation aérienne|Aiguilleur du ciel
Secrétaire de niveau supérieur|Assistant de direction
Chef de petites surfaces de vente|Responsable de magasin
Acheteur non classé cadre|Acheteur
Animateur commercial des magasins de vente|Animateur commercial
Assistant de la publicité|Assistant marketing
Concepteur et assistant technique des arts graphiques|Graphiste
Chargé de clientèle bancaire|Conseiller bancaire
Technicien des opérations bancaires|Technicien bancaire
Technicien d'étude et de conseil en agriculture|Technicien agricole
Métreur du bâtiment et des travaux publics|Métreur
Dessinateur en électricité|Dessinateur
Technicien de fabrication et de contrôle-qualité en électricité|Technicien qualité
Dessinateur en construction mécanique et travail des métaux|Dessinateur industriel
Technicien de l'industrie des matériaux souples|Technicien textile
Technicien de la logistique|Technicien logistique
Technicien de l'environnement et du traitement des pollutions|Technicien environnement
Technicien d'étude et de développement en informatique|Informaticien
Technicien d'installation|Technicien de maintenance
Maître d'équipage de la marine marchande et de la pêche|Maître d'équipage
Agent de maîtrise en fabrication de matériel électrique|Chef d'équipe
Agent de maîtrise en construction mécanique|Chef d'atelier
Agent de maîtrise en fabrication|Agent de maîtrise
Agent de maîtrise en fabrication des autres industries|Agent de maîtrise
Agent de maîtrise en maintenance|Responsable maintenance
Agent de maîtrise en entretien général|Responsable entretien
Responsable du tri|Responsable logistique
Agent de constatation ou de recouvrement des Impôts|Agent des impôts
Adjoint administratif de la fonction publique|Adjoint administratif
Adjoint administratif des collectivités locales|Secrétaire de mairie
Adjoint administratif des hôpitaux publics|Secrétaire médical
Agent administratif de la fonction publique|Agent administratif
Agent administratif des collectivités locales|Agent territorial
Agent administratif des hôpitaux publics|Agent hospitalier
Agent de service des établissements primaires|ATSEM
Agent de service des autres établissements d'enseignement|Agent de lycée
Agent de service de la fonction publique|Agent d'entretien
Agent de service hospitalier|ASH
Agent de police de l'Etat|Policier
Agent des polices municipales|Policier municipal
Surveillant de l'administration pénitentiaire|Surveillant pénitentiaire
Agent de surveillance du patrimoine et des administrations|Gardien
Employé qualifié des services comptables ou financiers|Comptable
Employé non qualifié des services comptables ou financiers|Aide-comptable
Employé qualifié des services commerciaux des entreprises|Assistant commercial
Employé administratif non qualifié|Employé de bureau
Employé d'exploitation en informatique|Opérateur informatique
Employé administratif des services techniques de la banque|Employé de banque
Employé des services commerciaux de la banque|Guichetier
Employé des services techniques des assurances|Employé d'assurances
Hôtesse de l'air|Steward
Employé de libre service du commerce|Employé libre-service
Caissier de magasin|Caissier
Vendeur polyvalent des grands magasins|Vendeur
Vendeur en alimentation|Vendeur alimentation
Vendeur du commerce de fleurs|Fleuriste
Vendeur en habillement|Vendeur prêt-à-porter
Vendeur de biens culturels|Libraire
Vendeur de tabac|Buraliste
Vendeur par correspondance|Téléconseiller
Vendeur en gros de biens d'équipement|Vendeur
Employé de l'hôtellerie|Employé d'hôtel
Assistante maternelle|Assistant maternel
Chef d'équipe du gros oeuvre et des travaux publics|Chef d'équipe BTP
Ouvrier qualifié du travail du béton|Coffreur
Ouvrier qualifié des travaux publics|Ouvrier TP
Monteur câbleur qualifié en électricité|Monteur câbleur
Câbleur qualifié en électronique|Câbleur
Bobinier qualifié|Bobinier
Chaudronnier-tôlier industriel|Chaudronnier
Tuyauteur industriel qualifié|Tuyauteur
Opérateur qualifié sur machine de soudage|Opérateur soudage
Soudeur manuel|Soudeur
Opérateur qualifié d'usinage des métaux sur autres machines|Opérateur usinage
Monteur qualifié en structures métalliques|Monteur
Ouvrier qualifié de contrôle et d'essais en mécanique|Contrôleur qualité
Pilote d'installation lourde des industries de transformation|Conducteur de ligne
Opérateur de la transformation des viandes|Ouvrier abattoir
Ouvrier qualifié des autres industries|Ouvrier
Opérateur|Opérateur de production
Opérateur qualifié du textile et de la mégisserie|Ouvrier textile
Ouvrier qualifié de la coupe des vêtements et de l'habillement|Coupeur confection
Ouvrier qualifié du travail industriel du cuir|Maroquinier
Ouvrier qualifié de scierie|Ouvrier scierie
Ouvrier de la composition et de l'impression|Imprimeur
Mécanicien qualifié de maintenance|Mécanicien
Régleur qualifié d'équipements de fabrication|Régleur
Agent qualifié de laboratoire|Agent de laboratoire
Ouvrier qualifié divers de type industriel|Ouvrier d'usine
Maçon qualifié|Maçon
Ouvrier qualifié du travail de la pierre|Tailleur de pierre
Charpentier en bois|Charpentier
Menuisier qualifié du bâtiment|Menuisier
Couvreur qualifié|Couvreur
Plombier et chauffagiste qualifié|Plombier chauffagiste
Solier moquetteur|Carreleur
Monteur qualifié en agencement|Agenceur
Ouvrier qualifié d'entretien général des bâtiments|Agent technique
Electricien qualifié de type artisanal|Électricien
Electricien|Électricien industriel
Electromécanicien|Électromécanicien
Dépanneur qualifié en radiotélévision|Dépanneur TV
Carrossier d'automobiles|Carrossier
Mécanicien qualifié en maintenance|Mécanicien auto
Tailleur et couturière qualifié|Couturier
Ouvrier qualifié divers de type artisanal|Ouvrier artisan
Conducteur routier|Chauffeur routier
Conducteur de véhicule routier de transport en commun|Chauffeur de car
Conducteur de taxi|Chauffeur de taxi
Conducteur de voiture particulière|Chauffeur
Conducteur livreur|Chauffeur livreur
Conducteur de véhicule de ramassage des ordures ménagères|Éboueur
Conducteur d'engin lourd de levage|Grutier
Conducteur d'engin lourd de manoeuvre|Conducteur d'engins
Ouvrier qualifié de la manutention|Cariste
Magasinier qualifié|Magasinier
Conducteur qualifié d'engins de transport guidés|Conducteur de train
Conducteur qualifié de systèmes de remontées mécaniques|Agent de remontées mécaniques
Matelot de la marine marchande|Matelot
Capitaine|Patron de pêche
Ouvrier non qualifié des travaux publics et du travail du béton|Manoeuvre TP
Ouvrier non qualifié de l'électricité et de l'électronique|Ouvrier électronique
Ouvrier de production travaillant par enlèvement de métal|Tourneur fraiseur
Ouvrier de production travaillant par formage de métal|Ouvrier métallurgie
Ouvrier non qualifié de montage|Ouvrier de montage
Ouvrier de production de la transformation des viandes|Ouvrier agroalimentaire
Ouvrier de production du textile et de la confection|Ouvrier confection
Ouvrier de production du travail du bois et de l'ameublement|Ouvrier du bois
Ouvrier de production de l'imprimerie|Ouvrier imprimerie
Manutentionnaire non qualifié|Manutentionnaire
Ouvrier du tri|Préparateur de commandes
Agent non qualifié des services d'exploitation des transports|Agent des transports
Ouvrier non qualifié divers de type industriel|Intérimaire
Ouvrier non qualifié du gros oeuvre du bâtiment|Manoeuvre
Ouvrier non qualifié du second oeuvre du bâtiment|Plaquiste
Nettoyeur|Agent de propreté
Ouvrier non qualifié divers de type artisanal|Ouvrier artisan
Conducteur d'engin agricole ou forestier|Tractoriste
Ouvrier de l'élevage|Ouvrier d'élevage
Ouvrier du maraîchage ou de l'horticulture|Ouvrier horticole
Ouvrier de la viticulture ou de l'arboriculture fruitière|Ouvrier viticole
Ouvrier agricole sans spécialisation particulière|Ouvrier agricole
Ouvrier de l'exploitation forestière ou de la sylviculture|Bûcheron
""".split("\n")[1:-1]
)
# A woman's occupation: the ending of each word of the head of a man's label, the first that fits.
FEMININE = (
    (r"^(Ache|Mon|Tuyau)teur$", r"\1teuse"),
    (r"teur$", "trice"),
    (r"ieur$", "ieure"),
    (r"eur$", "euse"),
    (r"er$", "ère"),
    (r"ien$", "ienne"),
    (r"(?<!i)on$", "onne"),
    (r"el$", "elle"),
    (r"if$", "ive"),
    (r"(ifié|isé|oyé|argé|al|ant|ain|san|^Agent|^Adjoint|^Apprenti|^Avocat|^Magistrat)$", r"\1e"),
)
FEMININE_WORDS = {
    "Steward": "Hôtesse de l'air",
    "Employé d'étage": "Femme de chambre",
    "Vendeur prêt-à-porter": "Vendeuse prêt-à-porter",
}
SAME_FOR_WOMEN = "Professeur Médecin Cadre Responsable Chef Chauffeur Mineur Docker Marin-pêcheur".split()


def plain(text: str) -> str:
    """Upper case, no accents: how laboratory software writes a drug."""
    decomposed = unicodedata.normalize("NFD", text.upper().replace("Œ", "OE"))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def drug_label(name: str) -> str:
    """`LEVOTHYROX 75` for « LEVOTHYROX 75 microgrammes, comprimé sécable »."""
    head = re.sub(r"\bL ?\.?P\b\.?", "LP", re.split(r",\s|\(", plain(name))[0])
    words = re.sub(r"(?<=\d) (?=000\b)", "", head).split()
    kept = words[:1]
    for at, word in enumerate(words[1:], 1):
        if re.match(r"\d", word):
            return " ".join([*kept, dose(word, "".join(words[at + 1 : at + 2]))]).strip()
        if word not in MAKERS and word not in TASTES:
            kept.append(word)
    return " ".join(kept)


def dose(number: str, unit: str) -> str:
    """The dose as laboratories write it: bare in mg, µg or units; none for a concentration."""
    if (
        unit.startswith(("POUR", "%", "MG/ML", "MG/1", "MICROGRAMMES/ML", "MG/G", "UI/ML", "UNITES/ML"))
        or "%" in number
    ):
        return ""
    digits = re.sub(r"[^0-9,].*", "", number.replace(".", ","))
    if "," in digits:
        digits = digits.rstrip("0").rstrip(",")
    if unit.startswith("G") and digits.isdigit():
        return "1000" if (digits, unit) == ("1", "G") else f"{digits}G"
    return digits


def ages(name: str, atc: str) -> tuple[bool, bool]:
    """Whether a drug is for children under 12, and for the others, by the words of its (plain) name."""
    if ADULT.search(name):
        return "ENFANT" in name, True
    if CHILD.search(name) or (atc == "N02BE01" and CHILD_PARACETAMOL.search(name)):
        return True, False
    return bool(ANY_AGE.search(name)), True


def build_drugs(source: Path, to: Path, wanted: set[str]) -> None:
    """drugs.parquet: marketed drugs of the wanted ATC codes, one row for each ATC code, label and age."""
    drugs = pd.read_parquet(source / "drugs.parquet")
    drugs = drugs[drugs.marketed & ~drugs.homeopathic & drugs.atc.isin(wanted)].copy()
    packages = pd.read_parquet(source / "drug_packages.parquet")
    packages = packages[packages.active & packages.cis.isin(drugs.cis)].copy()
    packages["boxes"] = packages.boxes_2025_est.fillna(0).astype(int)
    best = packages.sort_values(["boxes", "cip13"], ascending=[False, True]).drop_duplicates("cis")
    drugs = drugs.merge(best[["cis", "cip13"]], on="cis")
    drugs["boxes"] = drugs.boxes_2025_est.fillna(0).astype(int)
    drugs["label"] = [drug_label(name) for name in drugs.name]
    flags = [ages(plain(name), atc) for name, atc in zip(drugs.name, drugs.atc, strict=True)]
    drugs["for_child"], drugs["for_adult"] = [child for child, _ in flags], [adult for _, adult in flags]
    drugs = drugs.sort_values(["boxes", "cip13"], ascending=[False, True])
    keys = ["atc", "label", "for_child", "for_adult"]
    cut = drugs.groupby(keys, sort=False).agg(
        name=("name", "first"), cip13=("cip13", "first"), boxes=("boxes", "sum")
    )
    cut = cut.reset_index()
    # A label below one box in a thousand of its ATC code adds bytes, not looks.
    share = cut.boxes * 1000 >= cut.groupby("atc").boxes.transform("sum")
    cut = cut[share].sort_values(["atc", "boxes", "label", "cip13"], ascending=[True, False, True, True])
    cut["boxes"] = cut.boxes.clip(lower=1)
    table = pa.Table.from_pandas(
        cut[["atc", "label", "name", "cip13", "for_child", "for_adult", "boxes"]], preserve_index=False
    )
    pq.write_table(
        table.replace_schema_metadata(None), to / "drugs.parquet", compression="zstd", compression_level=19
    )


def build_conditions(source: Path, to: Path) -> set[str]:
    """conditions.csv with whole prevalences of a given day, per 100,000; returns the ATC codes it names."""
    rows = [row for row in read(source / "conditions.csv") if row["group"] not in NOT_A_CONDITION]
    for row in rows:
        share = float(row.pop("prevalence_pct")) * 1000 / CASES_A_DAY[row["course"]]
        row["per_100k"] = str(max(round(share), 1))
        row["label_fr"] = WRITTEN.get(row["icd10"], row["label_fr"])
    write(
        to / "conditions.csv",
        rows,
        "icd10,label_fr,group,course,sex,age_min,age_max,per_100k,atc_examples".split(","),
    )
    return {code for row in rows for code in row["atc_examples"].split(";") if code}


def build_atc_labels(source: Path, to: Path, wanted: set[str]) -> None:
    """atc_labels.csv: the wanted codes and the levels above them."""
    near = {code[:length] for code in wanted for length in (1, 3, 4, 5, 7)}
    rows = [row for row in read(source / "atc_labels.csv") if row["atc"] in near]
    write(to / "atc_labels.csv", rows, ["atc", "level", "label_fr"])


def build_specialties(source: Path, to: Path) -> None:
    """specialties.csv with whole weights: box shares in thousandths of a per cent, or our estimates."""
    estimates = {
        "21": 2500,
        "34": 400,
        "70": 600,
        "71": 200,
        "73": 300,
        "79": 500,
        "81": 150,
        "83": 800,
        "84": 250,
    }
    rows = read(source / "specialties.csv")
    for row in rows:
        known = row["box_share_2025_pct"]
        weight = round(float(known) * 1000) if known else estimates.get(row["code"], 20)
        row["weight"] = str(weight if row["practitioner"] else 0)
    write(to / "specialties.csv", rows, ["code", "label", "practitioner", "weight"])


def singular(label: str) -> str:
    """The label for one worker: plural endings go up to the first preposition."""
    words = label.split()
    for at, word in enumerate(words):
        if word.lower() in STOPS or re.match(r"[dl]'", word):
            break
        words[at] = "-".join(one(part) for part in word.split("-"))
    text = " ".join(words)
    for wrong, right in MENDED.items():
        text = re.sub(wrong, right, text)
    return text


def one(word: str) -> str:
    """A word of the head of a label, in the singular."""
    if word.lower() in INVARIABLE:
        return word
    if word.endswith("eaux"):
        return word[:-1]
    if word.endswith("aux"):
        return word[:-3] + "al"
    return word[:-1] if word.endswith("s") else word


def build_occupations(source: Path, to: Path) -> None:
    """occupations.csv: PCS-ESE labels in the singular and everyday words, for men and women, whole weights.

    The words of the nomenclature decide who does it and who employs them.
    """
    labels: dict[str, tuple[str, str, str]] = {}
    for group, own in OWN_LABELS.items():
        labels |= {label: ("", group, label) for label in own}
    for row in read(source / "occupations.csv"):
        if row["level"] != "4" or row["group"] in OWN_LABELS or DROPPED.search(row["label"]):
            continue
        text = re.split(r"\s*[(,*:]|, ", row["label"])[0].strip()
        text = singular(re.sub(r" (salariés|et assimilés)$", "", text))
        if len(text) <= 64:
            labels.setdefault(EVERYDAY.get(text, text), (row["pcs_code"], row["group"], text))
    rows = []
    for label, (code, group, text) in labels.items():
        base = 12 if FREQUENT.search(text) else 1
        men = base * (1 if MOSTLY_WOMEN.search(text) else 10)
        women = base * (1 if MOSTLY_MEN.search(text) else 10)
        sector = next((name for name, words in SECTORS.items() if re.search(words, text)), "private")
        row = {"pcs_code": code, "group": group, "label": label, "feminine": feminine(label)}
        rows.append(row | {"sector": sector, "men": men, "women": women})
    for place, sex in enumerate(("men", "women")):
        for group, shares in GROUP_SHARES.items():
            inside = [row for row in rows if row["group"] == group]
            total = sum(row[sex] for row in inside)
            for row in inside:
                row[sex] = max(row[sex] * shares[place] * 10_000 // total, 1)
    columns = ["pcs_code", "group", "label", "feminine", "sector", "men", "women"]
    write(to / "occupations.csv", rows, columns)


def feminine(label: str) -> str:
    """The occupation of a woman: endings change up to the first preposition."""
    words = label.split()
    if label in FEMININE_WORDS or words[0] in SAME_FOR_WOMEN:
        return FEMININE_WORDS.get(label, label)
    for at, word in enumerate(words):
        if word.lower() in STOPS or re.match(r"[dl]'", word):
            break
        words[at] = "-".join(woman(part) for part in word.split("-"))
    return " ".join(words)


def woman(word: str) -> str:
    """The feminine of one word, by its ending."""
    for ending, other in FEMININE:
        changed, count = re.subn(ending, other, word)
        if count:
            return changed
    return word


# Employers are put together from words; the first half of a coined name never stands alone.
TRADES = (
    "MENUISERIE TRANSPORTS GARAGE BOULANGERIE MACONNERIE PLOMBERIE ELECTRICITE CARROSSERIE IMPRIMERIE "
    "PEPINIERES SCIERIE "
    "CONSERVERIE BISCUITERIE FONDERIE CHAUDRONNERIE AMBULANCES PRESSING RESTAURANT HOTEL PHARMACIE "
    "OPTIQUE COIFFURE "
    "CHARPENTE COUVERTURE PEINTURE TERRASSEMENT PAYSAGES LOGISTIQUE EMBALLAGES PLASTIQUES MECANIQUE "
    "TEXTILES MEUBLES "
    "SALAISONS LAITERIE MINOTERIE NETTOYAGE SECURITE INFORMATIQUE ASSURANCES IMMOBILIER"
).split()
FIRST = "ARVO BELO BRIVA CORMA DELVA ERMO FALVE GOURMA HELVI JORVA KERVO LORMA MELVI NORVA ORMA".split()
LAST = "LINE RANT DOUR NEL THIS VEN MARE LOUP QUEL ZAN".split()
GENERAL = {
    "own": {"A SON COMPTE": 10},
    "care": {
        "CENTRE HOSPITALIER": 40,
        "CLINIQUE": 15,
        "EHPAD": 25,
        "CABINET MEDICAL": 5,
        "MAISON DE SANTE": 4,
    },
    "school": {"ECOLE PRIMAIRE": 30, "COLLEGE": 22, "LYCEE": 20, "UNIVERSITE": 5},
    "public": {
        "MAIRIE": 35,
        "CONSEIL DEPARTEMENTAL": 15,
        "COMMUNAUTE DE COMMUNES": 12,
        "MINISTERE": 12,
        "PREFECTURE": 4,
    },
    "home": {"PARTICULIER EMPLOYEUR": 20, "ASSOCIATION D'AIDE A DOMICILE": 12},
    "private": {
        "INTERIM": 15,
        "SUPERMARCHE": 25,
        "EXPLOITATION AGRICOLE": 10,
        "MAIRIE": 8,
        "CENTRE HOSPITALIER": 6,
    },
}


def build_employers(to: Path) -> None:
    """employers.csv: trade + coined name (nobody's), and general kinds of employer, with whole weights."""
    coined = [first + last for first in FIRST for last in LAST]
    rows = [
        {"sector": sector, "label": label, "weight": weight * 40}
        for sector, kinds in GENERAL.items()
        for label, weight in kinds.items()
    ]
    for at, name in enumerate(coined):
        for turn in range(4):
            trade = TRADES[(at * 7 + turn * 11) % len(TRADES)]
            rows.append({"sector": "private", "label": f"{trade} {name}", "weight": 60 // (turn + 1)})
    write(to / "employers.csv", rows, ["sector", "label", "weight"])


def read(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def write(path: Path, rows: Iterable[dict], columns: list[str]) -> None:
    """Write `columns` of `rows` as CSV, UTF-8, line feeds."""
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    """Build every table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sources", type=Path)
    parser.add_argument("--to", type=Path, default=Path("simbreach/reference/data"))
    options = parser.parse_args()
    wanted = build_conditions(options.sources, options.to)
    build_drugs(options.sources, options.to, wanted)
    build_atc_labels(options.sources, options.to, wanted)
    build_specialties(options.sources, options.to)
    build_occupations(options.sources, options.to)
    build_employers(options.to)


if __name__ == "__main__":
    main()
