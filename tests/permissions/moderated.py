"""The permission matrix of a moderated site (contract S9), in the format of `matrix.py`. Only its
creator and the staff can see a session that the staff have never approved, and only the staff may
approve it. The ids are those of the waiting session.
"""

MODERATED = """
/api/sessions/<id:pk>/
  GET                401  404  404  404  404  404  404  200  200  401
  PUT                401  404  404  404  404  404  404  200  403  401
  PATCH              401  404  404  404  404  404  404  200  403  401
  DELETE             401  404  404  404  404  404  404  204  403  401
  PUT:status         401  404  404  404  404  404  404  403  403  401
/api/sessions/<id:pk>/approve/
  POST               401  404  404  404  404  404  404  403  200  401
/api/sessions/<id:pk>/cancel/
  POST               401  404  404  404  404  404  404  200  200  401
/api/sessions/<id:pk>/complete/
  POST               401  404  404  404  404  404  404  400  403  401
/api/sessions/<id:pk>/start/
  POST               401  404  404  404  404  404  404  400  403  401
/api/sessions/<id:pk>/approve_request/
  POST               401  404  404  404  404  404  404  400  403  401
/api/sessions/<id:pk>/reject_request/
  POST               401  404  404  404  404  404  404  200  403  401
/api/sessions/<id:pk>/booking_requests/
  GET                401  404  404  404  404  404  404  200  200  401
/api/sessions/<id:pk>/withdraw_request/
  POST               401  404  404  404  404  404  404  404  404  401
/api/sessions/<id:pk>/join/
  POST               401  404  404  404  404  404  404  400  400  401
/api/sessions/<id:pk>/leave/
  POST               401  404  404  404  404  404  404  400  400  401
/api/sessions/<id:pk>/participants/
  GET                401  404  404  404  404  404  404  200  200  401
/api/sessions/<id:session_id>/materials/
  GET                401  404  404  404  404  404  404  200  200  401
  POST               401  404  404  404  404  404  404  201  403  401
/api/sessions/<id:session_id>/materials/<id:pk>/
  GET:creators       401  404  404  404  404  404  404  200  200  401
  PUT:creators       401  404  404  404  404  404  404  200  403  401
  PATCH:creators     401  404  404  404  404  404  404  200  403  401
  DELETE:creators    401  404  404  404  404  404  404  204  403  401
/api/sessions/<id:session_id>/materials/<id:pk>/file/ half
  GET:creators       401  404  404  404  404  404  404  200  200  401
"""
