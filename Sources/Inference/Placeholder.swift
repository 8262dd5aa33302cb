import Kapao
